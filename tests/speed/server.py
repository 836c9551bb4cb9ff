"""A server over its standard streams, and what it costs."""

import glob
import json
import os
import pathlib
import queue
import subprocess
import threading
import time

PATIENCE = 600


def uri(path):
    return pathlib.Path(path).as_uri()


class Server:
    """One server in one workspace folder. What it costs is counted from its start."""

    def __init__(self, binary, folder, before=()):
        command = [*before, binary, "lsp"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/"
        )
        self.messages = queue.Queue()
        self.texts = {}
        self.versions = {}
        self.next_id = 0
        threading.Thread(target=self._read, daemon=True).start()
        folders = [{"uri": uri(folder), "name": "measured"}]
        capabilities = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}}}}
        self.request("initialize", {"processId": None, "rootUri": None, "workspaceFolders": folders, "capabilities": capabilities})
        self.notify("initialized", {})

    def _read(self):
        output = self.process.stdout
        while True:
            length = 0
            while (line := output.readline().strip()):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            body = output.read(length) if length else b""
            if not body:
                self.messages.put(None)
                return
            self.messages.put(json.loads(body))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, parameters):
        self._send({"method": method, "params": parameters})

    def _until(self, wanted):
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message is None:
                raise RuntimeError("the server is gone")
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            elif wanted(message):
                return message

    def request(self, method, parameters):
        self.next_id += 1
        asked = self.next_id
        self._send({"id": asked, "method": method, "params": parameters})
        return self._until(lambda message: "method" not in message and message.get("id") == asked).get("result")

    def open(self, file):
        """Opens a document and waits for what is found in it."""
        self.texts[file] = pathlib.Path(file).read_text()
        self.versions[file] = 1
        document = {"uri": uri(file), "languageId": "terraform", "version": 1, "text": self.texts[file]}
        self.notify("textDocument/didOpen", {"textDocument": document})
        is_told = lambda message: message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri(file)
        return self._until(is_told)

    def type(self, file, old, new):
        """Puts a text in the place of one that stands once, asks for the hints of the screen around, and waits until all of
        it is told."""
        text = self.texts[file]
        at = text.index(old)
        self.texts[file] = text[:at] + new + text[at + len(old) :]
        self.versions[file] += 1
        start, end = position(text, at), position(text, at + len(old))
        document = {"uri": uri(file), "version": self.versions[file]}
        changes = [{"range": {"start": start, "end": end}, "text": new}]
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        self.hints(file, max(0, start["line"] - 25), 50)
        # The main loop takes one thing after the other: an answer to this says that the news are out.
        self.hints(file, 0, 0)

    def hints(self, file, line, lines):
        asked = {"start": {"line": line, "character": 0}, "end": {"line": line + lines, "character": 0}}
        return self.request("textDocument/inlayHint", {"textDocument": {"uri": uri(file)}, "range": asked})

    def hover(self, file, line):
        return self.request("textDocument/hover", {"textDocument": {"uri": uri(file)}, "position": {"line": line, "character": 12}})

    def actions(self, file, line):
        at = {"line": line, "character": 12}
        asked = {"textDocument": {"uri": uri(file)}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}}
        return self.request("textDocument/codeAction", asked)

    def processor(self):
        """Milliseconds that its threads have run, read when none has run for a moment."""
        before = -1
        while (now := self._ran()) != before:
            before = now
            time.sleep(0.004)
        return now / 1e6

    def _ran(self):
        total = 0
        for task in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            try:
                with open(task) as file:
                    total += int(file.read().split()[0])
            except OSError:  # a thread that has just ended
                pass
        return total

    def memory(self):
        """The most that it has had in memory so far, in MB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def end(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        self.process.wait()


def position(text, at):
    before = text[:at]
    return {"line": before.count("\n"), "character": at - (before.rfind("\n") + 1)}


def ran(command):
    """Runs a program to its end: processor time in ms, time on the clock in ms, memory in MB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command}: exit code {process.returncode}")
    return (used.ru_utime + used.ru_stime) * 1e3, (time.monotonic() - begin) * 1e3, used.ru_maxrss / 1024

"""A cloud on this machine that knows one thing: which processors a type of machine has.

The provider asks this while it plans, since a machine is replaced when its processor becomes another kind. Whatever else it asks is
refused, which it takes as not known.
"""
import http.server
import threading
import urllib.parse

ANSWER = """<DescribeInstanceTypesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>a</requestId><instanceTypeSet>%s\
</instanceTypeSet></DescribeInstanceTypesResponse>"""
ITEM = """<item><instanceType>%s</instanceType><processorInfo><supportedArchitectures><item>%s</item></supportedArchitectures></processorInfo>\
</item>"""


def processor(instance_type):
    """`arm64` for families like m6g, c7gn or t4g, and a1."""
    family = instance_type.split(".")[0]
    return "arm64" if family == "a1" or "g" in family.lstrip("abcdefghijklmnopqrstuvwxyz") else "x86_64"


class Cloud(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
        asked = urllib.parse.parse_qs(body)
        if asked.get("Action") == ["DescribeInstanceTypes"]:
            types = [values[0] for key, values in asked.items() if key.startswith("InstanceType.")]
            self.say(200, ANSWER % "".join(ITEM % (one, processor(one)) for one in types))
        else:
            self.say(400, "<Response><Errors><Error><Code>NotHere</Code><Message>not here</Message></Error></Errors></Response>")

    do_GET = do_HEAD = do_PUT = do_POST

    def say(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def start():
    """Its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"

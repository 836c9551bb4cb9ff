"""What an edit, an answer and a check cost, as a table in Markdown.

    cargo build --release -p foreshock
    python3 tests/speed/measure.py target/release/foreshock                       # one program
    python3 tests/speed/measure.py before=OLD now=target/release/foreshock        # several, taking turns in one run
    python3 tests/speed/measure.py --only key --only check now=target/release/foreshock  # some rows, by words of their names
    python3 tests/speed/measure.py --quick now=...                                # a fifth of the keys
    python3 tests/speed/measure.py --instructions now=...                         # instructions of a key, by callgrind (valgrind)

Each program is a server of its own; they are asked in turns, so that what else the machine does meets all alike. A figure is
processor time of the server in ms, from the scheduler (/proc/PID/task/*/schedstat): the median, and in brackets the tenth and
the ninetieth part of a hundred. A key is one edit with the hints of the screen around it, until everything is told. The stacks
are written by `stacks.py`; the monorepo is measured where it is.
"""

import argparse
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

import documents
import stacks
from server import Server, ran

MONOREPO = pathlib.Path(__file__).resolve().parents[3] / "shared/corpus/estates/modernisation-platform"
ROOT = "terraform/environments/ccms-ebs"
# So long one row may take for each program, in seconds on the clock.
LONGEST = 40


class Table:
    def __init__(self, programs, only):
        self.programs, self.only = programs, only
        print("| work | aim | " + " | ".join(programs) + " |")
        print("|---|---|" + "---|" * len(programs), flush=True)

    def wants(self, work):
        return not self.only or any(word in work for word in self.only)

    def wants_any(self, of):
        """Whether any row of a stack may be wanted."""
        others = ("100 resources", "1,000 resources", "10,000 resources", "monorepo", "500 manifests", "a template of 600", "a project of 200")
        return not self.only or not all(any(other in word for other in others if other != of) and of not in word for word in self.only)

    def row(self, work, aim, cells):
        print(f"| {work} | {aim} | " + " | ".join(cells[name] for name in self.programs) + " |", flush=True)


def figure(values):
    if not values:
        return "-"
    values = sorted(values)
    at = lambda share: values[round((len(values) - 1) * share)]
    digits = lambda value: f"{value:.1f}" if value < 100 else f"{value:,.0f}"
    return f"{digits(statistics.median(values))} ({digits(at(0.1))} to {digits(at(0.9))})"


def top(values):
    values = sorted(values)
    return f"{values[round((len(values) - 1) * 0.99)]:.1f}, median {statistics.median(values):.1f}"


def service_keys():
    """Edits of the first service: what stands there, and what is put there with each key. Each text stands once."""
    number = lambda text, key: text.replace("N", str(key))
    pair = lambda one, other: lambda key: (one, other) if key % 2 else (other, one)
    return {
        "a comment": lambda key: ("# the area 0" + "x" * key + "\n", "# the area 0" + "x" * (key + 1) + "\n"),
        "a tag": lambda key: (number('team = "team-0N"', key) if key else 'team = "team-0"', number('team = "team-0N"', key + 1)),
        "a name": lambda key: (number('name = "role-0N"', key) if key else 'name = "role-0"', number('name = "role-0N"', key + 1)),
        "`desired_count`": pair("desired_count   = 3", "desired_count   = 2"),
        "`multi_az`": pair("= false # typed", "= true # typed"),
    }


def keys_of(servers, file, edit, most):
    """Types in turns. Processor time of each key, by program; the first two are not counted."""
    taken = {name: [] for name in servers}
    until = time.monotonic() + LONGEST * len(servers)
    key = 0
    while key < most + 2 and (time.monotonic() < until or key < 5):
        for name, server in servers.items():
            before = server.processor()
            server.type(file, *edit(key))
            if key > 1:
                taken[name].append(server.processor() - before)
        key += 1
    return taken


def started(programs, folder):
    return {name: Server(binary, folder) for name, binary in programs.items()}


def opened(servers, file):
    """Opens a file in each: processor time from the start of the process, and what there is in memory."""
    costs = {}
    for name, server in servers.items():
        server.open(file)
        costs[name] = server.processor()
    return costs


def ended(servers):
    for server in servers.values():
        server.end()


def first_diagnostics(programs, folder, file, times):
    costs = {name: [] for name in programs}
    for _ in range(times):
        servers = started(programs, folder)
        for name, cost in opened(servers, file).items():
            costs[name].append(cost)
        ended(servers)
    return {name: figure(values) for name, values in costs.items()}


def answers(servers, file, ask):
    """Processor time of an answer at every seventh line, by program."""
    lines = next(iter(servers.values())).texts[file].count("\n")
    taken = {name: [] for name in servers}
    for line in range(3, min(lines, 7 * 150), 7):
        for name, server in servers.items():
            before = server.processor()
            ask(server, line)
            taken[name].append(server.processor() - before)
    return taken


def generated(table, programs, count, aims, keys, directory):
    thousands = f"{count:,} resources"
    if not table.wants_any(thousands):
        return
    folder = stacks.write(directory / str(count), count)
    area = folder / "area0000.tf"
    area.write_text(area.read_text().replace("multi_az             = true", "multi_az             = true # typed", 1))
    if table.wants(f"first diagnostics, {thousands}"):
        times = 3 if count > 5000 else 5
        table.row(f"first diagnostics, {thousands}", aims["first"], first_diagnostics(programs, folder, area, times))
    servers = started(programs, folder)
    opened(servers, area)
    most = max(5, keys // (10 if count > 5000 else 1))
    for what, edit in service_keys().items():
        work = f"key: {what}, {thousands}"
        if table.wants(work):
            aim = aims["one"] if what.startswith("`") else aims["nothing"]
            table.row(work, aim, {name: figure(taken) for name, taken in keys_of(servers, area, edit, most).items()})
    work = f"key: a default read by 10 %, {thousands}"
    if table.wants(work):
        variables = folder / "variables.tf"
        opened(servers, variables)
        edit = lambda key: ("default = 2", "default = 3") if key % 2 == 0 else ("default = 3", "default = 2")
        taken = keys_of(servers, variables, edit, most)
        table.row(work, aims["default"], {name: figure(values) for name, values in taken.items()})
    asks = {
        "hover": lambda server, line: server.hover(area, line),
        "actions": lambda server, line: server.actions(area, line),
        "hints of a screen": lambda server, line: server.hints(area, line, 50),
    }
    for what, ask in asks.items():
        work = f"{what}, p99, {thousands}"
        if table.wants(work):
            table.row(work, "10", {name: top(taken) for name, taken in answers(servers, area, ask).items()})
    remains(table, servers, thousands, "150 MB" if count == 10_000 else "")
    ended(servers)


def with_a_base(table, programs, count, aims, keys, directory):
    """The same keys where a commit is compared with: what the text was before the first of them."""
    thousands = f"{count:,} resources with a base"
    if not table.wants_any(thousands):
        return
    folder = stacks.write(directory / f"{count}-with-a-base", count)
    area = folder / "area0000.tf"
    area.write_text(area.read_text().replace("multi_az             = true", "multi_az             = true # typed", 1))
    who = ["-c", "user.name=measure", "-c", "user.email=measure@localhost"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "base"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    servers = started(programs, folder)
    opened(servers, area)
    for what, edit in service_keys().items():
        work = f"key: {what}, {thousands}"
        if table.wants(work):
            aim = aims["one"] if what.startswith("`") else aims["nothing"]
            table.row(work, aim, {name: figure(taken) for name, taken in keys_of(servers, area, edit, keys).items()})
    ended(servers)


def of_documents(table, programs, keys, directory):
    """Infrastructure YAML: a directory of manifests, a template, a project."""
    folder = documents.manifests(directory / "manifests", 500)
    written = [
        ("500 manifests", folder, folder / "app0000.yaml", ("replicas: 3", "replicas: 2")),
        ("a template of 600", directory / "template", documents.template(directory / "template/template.yaml", 600), ("DesiredCount: 2", "DesiredCount: 3")),
        ("a project of 200", directory / "project", documents.compose(directory / "project/compose.yaml", 200), ("replicas: 2", "replicas: 3")),
    ]
    for of, folder, file, (one, other) in written:
        if not table.wants_any(of):
            continue
        file.write_text("# typed 0\n" + file.read_text())
        if table.wants(f"first diagnostics, {of}"):
            table.row(f"first diagnostics, {of}", "", first_diagnostics(programs, folder, file, 5))
        servers = started(programs, folder)
        opened(servers, file)
        edits = {
            "a comment": lambda key: ("# typed 0" + "x" * key + "\n", "# typed 0" + "x" * (key + 1) + "\n"),
            "how many": lambda key: (one, other) if key % 2 == 0 else (other, one),
        }
        for what, edit in edits.items():
            work = f"key: {what}, {of}"
            if table.wants(work):
                table.row(work, "", {name: figure(taken) for name, taken in keys_of(servers, file, edit, keys).items()})
        remains(table, servers, of, "")
        ended(servers)
        for form in ("human", "json"):
            work = f"check of {of}, {form}"
            if table.wants(work):
                checked(table, programs, work, "", folder, form, 3)


def remains(table, servers, of, aim):
    if table.wants(f"memory, {of}"):
        table.row(f"memory, {of}", aim, {name: f"{server.memory():.0f} MB" for name, server in servers.items()})
    if table.wants(f"idle, {of}"):
        before = {name: server.processor() for name, server in servers.items()}
        time.sleep(10)
        table.row(f"idle for 10 s, {of}", "0", {name: f"{server.processor() - before[name]:.1f}" for name, server in servers.items()})


def monorepo(table, programs, keys):
    if not MONOREPO.is_dir():
        print(f"\nNot measured: the monorepo, which was expected at {MONOREPO}\n", file=sys.stderr)
        return
    root = MONOREPO / ROOT
    file = root / "ccms-ec2-clamav-sg.tf"
    if table.wants("first diagnostics, monorepo"):
        table.row("first diagnostics, monorepo", "500", first_diagnostics(programs, MONOREPO, file, 3))
    if any(table.wants(f"{what}, monorepo") for what in ("key", "memory", "idle", "hover", "hints", "actions")):
        servers = started(programs, MONOREPO)
        opened(servers, file)
        if table.wants("key: a name, monorepo"):
            edit = lambda key: (f'"ec2_sg_clamav{key or ""}"', f'"ec2_sg_clamav{key + 1}"')
            taken = keys_of(servers, file, edit, keys)
            table.row("key: a name, monorepo", "5", {name: figure(values) for name, values in taken.items()})
        if table.wants("key: a comment, monorepo"):
            edit = lambda key: ("resource", "# x\nresource") if key == 0 else ("# x", "# xx")
            taken = keys_of(servers, file, edit, keys)
            table.row("key: a comment, monorepo", "5", {name: figure(values) for name, values in taken.items()})
        remains(table, servers, "monorepo", "150 MB")
        ended(servers)
    for form in ("human", "json"):
        work = f"check of the monorepo, {form}"
        if table.wants(work):
            checked(table, programs, work, {"human": "3,000", "json": "8,000"}[form], MONOREPO, form, 3)


def checked(table, programs, work, aim, folder, form, times):
    cells, runs = {}, {name: [] for name in programs}
    for _ in range(times):
        for name, binary in programs.items():
            runs[name].append(ran([binary, "check", str(folder), "--fail-on", "never", "--format", form]))
    for name, taken in runs.items():
        clock = statistics.median(run[1] for run in taken)
        memory = max(run[2] for run in taken)
        cells[name] = f"{figure([run[0] for run in taken])}; {clock:,.0f} on the clock, {memory:.0f} MB"
    table.row(work, aim, cells)


def instructions(programs, directory):
    """Instructions of a key: those of a session with twelve, less those of one with two."""
    print("| key | " + " | ".join(programs) + " |")
    print("|---|" + "---|" * len(programs), flush=True)
    for count in (100, 1_000):
        folder = stacks.write(directory / f"counted{count}", count)
        area = folder / "area0000.tf"
        area.write_text(area.read_text().replace("multi_az             = true", "multi_az             = true # typed", 1))
        for what, edit in service_keys().items():
            cells = []
            for binary in programs.values():
                few, many = (collected(binary, folder, area, edit, keys) for keys in (2, 12))
                cells.append(f"{(many - few) / 10 / 1e6:,.2f} million")
            print(f"| {what}, {count:,} resources | " + " | ".join(cells) + " |", flush=True)


def collected(binary, folder, file, edit, keys):
    with tempfile.TemporaryDirectory() as counts:
        before = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={counts}/out"]
        server = Server(binary, folder, before)
        server.open(file)
        for key in range(keys):
            server.type(file, *edit(key))
        server.end()
        # Threads may have files of their own; the program writes one when it ends.
        totals = re.findall(r"^(?:summary|totals): (\d+)", pathlib.Path(counts, "out").read_text(), re.MULTILINE)
        return int(totals[-1])


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} processors, load {load:.1f}, {time.strftime('%Y-%m-%d %H:%M')}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="+", help="the path of a program, or NAME=PATH")
    parser.add_argument("--only", action="append", default=[], help="words of the rows to measure; can be given several times")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    arguments = parser.parse_args()
    named = (program.split("=", 1) if "=" in program else (pathlib.Path(program).name, program) for program in arguments.program)
    programs = {name: str(pathlib.Path(path).resolve()) for name, path in named}
    for name, path in programs.items():
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"{name}: {said}, {os.path.getsize(path) / 1e6:.1f} MB", file=sys.stderr)
    print(f"{machine()}. Processor time in ms.\n")
    keys = 20 if arguments.quick else 100
    with tempfile.TemporaryDirectory(prefix="foreshock-speed-") as directory:
        directory = pathlib.Path(directory).resolve()
        if arguments.instructions:
            return instructions(programs, directory)
        table = Table(programs, arguments.only)
        generated(table, programs, 100, {"first": "", "nothing": "1", "one": "2", "default": ""}, keys, directory)
        with_a_base(table, programs, 100, {"nothing": "1", "one": "2"}, keys, directory)
        with_a_base(table, programs, 1_000, {"nothing": "2", "one": "4"}, keys, directory)
        generated(table, programs, 1_000, {"first": "150", "nothing": "2", "one": "4", "default": "20"}, keys, directory)
        generated(table, programs, 10_000, {"first": "1,200", "nothing": "5", "one": "15", "default": ""}, keys, directory)
        of_documents(table, programs, keys, directory)
        monorepo(table, programs, keys)


if __name__ == "__main__":
    main()

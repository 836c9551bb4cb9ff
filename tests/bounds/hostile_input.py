"""Hostile and large input: what it costs, as a table. `python3 tests/bounds/hostile_input.py target/release/foreshock`

Each text is written into a directory of its own and read by `resolve` or `graph`; what is printed is the processor time and
the largest resident size of that process, and whether something was said. Ends with 1 where a bound is broken.
"""

import os
import subprocess
import sys
import tempfile
import time

S20 = "locals {\n  s0 = \"haha\"\n" + "".join(f'  s{n} = "${{local.s{n - 1}}}${{local.s{n - 1}}}"\n' for n in range(1, 21)) + "}\n"
LIST = "locals { l = flatten([for i in range(1000) : range(190)]) }\n"
INSTANCE = 'resource "aws_instance" "i" {\n  ami = "a"\n}\n'


def attribute(value):
    return 'resource "aws_x" "x" {\n  x = ' + value + "\n}\n"


def million(call):
    return LIST + S20 + attribute(f"[for i in range(1024) : [for j in range(1024) : {call}]]")


def chain(levels):
    files = {"main.tf": 'module "a" {\n  source = "./m0"\n}\n'}
    for n in range(levels):
        calls = "".join(f'module "{name}" {{\n  source = "../m{n + 1}"\n}}\n' for name in "ab")
        files[f"m{n}/main.tf"] = INSTANCE if n + 1 == levels else calls
    return files


def counted_chain(levels):
    files = {"main.tf": 'module "m" {\n  source = "./n1"\n  count = 1000\n}\n'}
    for n in range(1, levels):
        files[f"n{n}/main.tf"] = f'module "m" {{\n  source = "../n{n + 1}"\n  count = 1000\n}}\n'
    files[f"n{levels}/main.tf"] = INSTANCE
    return files


def thirteen_lines():
    text = 'locals {\n  a0 = "' + "0123456789" * 4 + '"\n'
    text += "".join(f'  a{n} = "{f"${{local.a{n - 1}}}" * 8}"\n' for n in range(1, 6))
    text += "  many = [for i in range(1000) : local.a5]\n}\n"
    return text + 'resource "aws_instance" "i" {\n  count = 1000\n  user_data = "${count.index}${local.a5}"\n}\n'


def twice(n):
    splat = "user_data = join(\",\", aws_instance.a[*].private_ip)"
    return f'resource "aws_instance" "a" {{\n  count = {n}\n}}\nresource "aws_instance" "b" {{\n  count = {n}\n  {splat}\n}}\n'


def kubernetes(n):
    text = ""
    for i in range(n):
        text += f"""
resource "kubernetes_deployment" "d{i}" {{
  metadata {{
    name      = "d{i}"
    namespace = "n{i % 7}"
  }}
  spec {{
    selector {{ match_labels = {{ app = "d{i}" }} }}
    template {{
      metadata {{ labels = {{ app = "d{i}", tier = "web" }} }}
      spec {{
        container {{
          name  = "c"
          image = "i:1"
        }}
      }}
    }}
  }}
}}
resource "kubernetes_service" "s{i}" {{
  metadata {{
    name      = "s{i}"
    namespace = "n{i % 7}"
  }}
  spec {{
    selector = {{ app = "d{i}" }}
  }}
}}
"""
    return text


def groups(n):
    return (
        'resource "aws_security_group" "g" {\n  ingress {\n    from_port = 80\n    to_port = 80\n    protocol = "tcp"\n    self = true\n  }\n}\n'
        + "".join(
            f'resource "aws_instance" "i{i}" {{\n  ami = "a"\n  vpc_security_group_ids = [aws_security_group.g.id]\n}}\n'
            for i in range(n)
        )
    )


def blocks(n):
    return "".join(f'resource "aws_instance" "i{i}" {{ ami = "a" }}\n' for i in range(n))


def map_of(n):
    return f'locals {{ m = {{ for i in flatten([for a in range({n // 600}) : [for b in range(600) : "${{a}}-${{b}}"]]) : i => i }} }}\n'


NESTED = """resource "aws_x" "x" {
  dynamic "outer" {
    for_each = range(1000)
    content {
      dynamic "inner" {
        for_each = range(1000)
        content { name = inner.value }
      }
    }
  }
}
"""

CASES = [
    # what, command, files, bound (1 s and 300 MB) applies, something must be said
    ("contains of 190,000 in 1,048,576 calls", "resolve", million("contains(local.l, -1)"), True, True),
    ("sha512 of 4 MB in as many", "resolve", million("sha512(local.s20)"), True, True),
    ("regexall of 4 MB in as many", "resolve", million('length(regexall("a", local.s20))'), True, True),
    ("jsonencode of 190,000 in as many", "resolve", million("length(jsonencode(local.l))"), True, True),
    ("sort, distinct of 190,000 in as many", "resolve", million("length(distinct(sort(local.l)))"), True, True),
    ("`==` of 190,000 in as many", "resolve", million("local.l == [j]"), True, True),
    ("`setintersection` of 100,000 texts", "resolve", 'locals { t = toset(flatten([for i in range(1000) : [for j in range(100) : "${i}-${j}"]])) }\n' + attribute("length(setintersection(local.t, local.t))"), True, False),
    ("1,024 texts of 4 MB", "resolve", S20 + attribute('[for i in range(1024) : "${local.s20}${i}"]'), True, True),
    ("`join` with a separator of 4 MB", "resolve", S20 + attribute("join(local.s20, range(1000))"), True, False),
    ("a conditional over 190,000 in 1,000,000 calls", "resolve", LIST + attribute("[for i in range(1000) : [for j in range(1000) : true ? local.l : [1]]]"), True, True),
    ("13 lines: 1,000 instances of 1.3 MB", "graph", thirteen_lines(), True, False),
    ("... written out with every value", "resolve", thirteen_lines(), False, True),
    ("300 merges of a map of 180,000", "resolve", map_of(180_000) + attribute('[for i in range(300) : merge(local.m, { "k${i}" = i })]'), True, True),
    ("`jsonencode` of 150,000 in 1,000 instances", "graph", "locals { l = flatten([for i in range(1000) : range(149)]) }\n" + 'resource "aws_instance" "i" {\n  count = 1000\n  user_data = jsonencode(local.l)\n}\n', True, False),
    ("`[1][*][*]...`, 8,000 times", "resolve", "locals {\n  x = [1]" + "[*]" * 8000 + "\n}\n", True, False),
    ("modules that call twice, 12 deep", "resolve", chain(12), True, True),
    ("... 22 deep", "resolve", chain(22), True, True),
    ("... 31 deep", "resolve", chain(31), True, True),
    ("... 10 deep, which is followed", "resolve", chain(10), True, False),
    ("`count = 1000` on five levels of modules", "resolve", counted_chain(5), True, True),
    ("`dynamic` in `dynamic`, 1,000 each", "resolve", NESTED, True, True),
] + [
    (f"`count = {n}` twice, a splat over all", "graph", twice(n), True, False) for n in (100, 200, 400, 2000)
] + [
    (f"{n} kubernetes deployments and services", "graph", kubernetes(n), True, False) for n in (100, 400, 1200)
] + [
    (f"{n} instances in one security group", "graph", groups(n), True, False) for n in (500, 2000)
] + [
    (f"{n} blocks in one file", "resolve", blocks(n), False, False) for n in (8000,)
]


def measured(program, command, files):
    with tempfile.TemporaryDirectory() as directory:
        for name, text in (files if isinstance(files, dict) else {"main.tf": files}).items():
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
        with open(os.path.join(directory, "out"), "w+") as out:
            child = subprocess.Popen([program, command, "--format", "json", directory], stdout=out, stderr=subprocess.STDOUT)
            start = time.time()
            while True:
                pid, status, usage = os.wait4(child.pid, os.WNOHANG)
                if pid:
                    child.returncode = os.waitstatus_to_exitcode(status)
                    break
                if time.time() - start > 120:
                    child.kill()
                time.sleep(0.01)
            out.seek(0)
            said = is_told(out)
            return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said, child.returncode


def is_told(out):
    """Whether something was left out and said so. In pieces: what this process holds would count as the next one's."""
    before = ""
    while piece := out.read(1 << 20):
        if any(words in before + piece for words in ("than are followed", "than is followed", "too many to follow", "too many modules")):
            return True
        before = piece[-64:]
    return False


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    broken = 0
    print("| input | command | processor time | memory | told |\n|---|---|---|---|---|")
    for what, command, files, is_bounded, must_say in CASES:
        if wanted and not any(word in what for word in wanted):
            continue
        seconds, megabytes, said, code = measured(program, command, files)
        wrong = code not in (0, 1) or (is_bounded and (seconds > 1 or megabytes > 300)) or (must_say and not said)
        broken += wrong
        note = f" **exit {code}**" if code not in (0, 1) else " **over**" if wrong else ""
        print(f"| {what} | {command} | {seconds:.2f} s | {megabytes:.0f} MB | {'yes' if said else ''}{note} |", flush=True)
    sys.exit(1 if broken else 0)


main()

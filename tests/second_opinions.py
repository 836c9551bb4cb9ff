#!/usr/bin/env python3
"""What two other readers of Terraform say of the corpus, beside `foreshock resolve`, and how long each takes.

    pip install tfparse pygohcl
    cargo build --release -p foreshock
    python3 tests/second_opinions.py target/release/foreshock ../shared/corpus/terraform

tfparse evaluates a root module (count, locals, functions); pygohcl is HashiCorp's parser, file by file, without evaluation. The
plan of the corpus says who is right about an instance. Values are compared where both know a text, a number or a truth
value. Times are the fastest of five: theirs inside this process, ours a whole process that also assesses the stack.
"""
import json
import pathlib
import re
import subprocess
import sys
import time

import pygohcl
import tfparse

RUNS = 5
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")


def fastest(work):
    best, result = float("inf"), None
    for _ in range(RUNS):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def ours(binary, root, meta):
    command = [binary, "resolve", str(root), "--format", "json"]
    for file in meta.get("varfiles", []):
        command += ["--var-file", str(root / file)]
    for name, value in meta.get("vars", {}).items():
        command += ["--var", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    done = subprocess.run(command, capture_output=True, check=True)
    stacks = [stack for stack in json.loads(done.stdout)["stacks"] if stack["root"] in (".", "", str(root))]
    return {one["address"]: one["values"] for one in (stacks or json.loads(done.stdout)["stacks"])[0]["instances"]}


def theirs(root, meta):
    files = [str(root / file) for file in meta.get("varfiles", [])]
    try:
        parsed = tfparse.load_from_path(str(root), vars_paths=files or None)
    except tfparse.ParseError:
        parsed = tfparse.load_from_path(str(root))
    found = {}
    for blocks in parsed.values():
        for block in blocks:
            about = block.get("__tfmeta", {})
            if about.get("type") in ("resource", "data"):
                found[about["path"]] = block
    return found


def scalars(mine, other):
    """Pairs of values that both sides know."""
    for name, value in mine.items():
        known, said = value.get("known"), other.get(name)
        if isinstance(known, (str, int, float, bool)) and isinstance(said, (str, int, float, bool)):
            if not (isinstance(said, str) and UUID.match(said)):
                yield name, known, said


def same(one, other):
    if isinstance(one, bool) or isinstance(other, bool):
        return str(one).lower() == str(other).lower()
    return one == other or str(one) == str(other)


def declared(root):
    """The resources that pygohcl sees declared in the directory."""
    found = set()
    for file in sorted(root.glob("*.tf")):
        try:
            tree = pygohcl.loads(file.read_text())
        except pygohcl.HCLParseError:
            continue
        for kind, prefix in (("resource", ""), ("data", "data.")):
            for type_name, named in tree.get(kind, {}).items():
                found.update(f"{prefix}{type_name}.{name}" for name in named)
    return found


def main():
    binary, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    print(f"{'stack':44}{'plan':>6}{'ours':>6}{'tfparse':>8}{'values':>8}{'differ':>8}{'gohcl':>7}{'ratio':>8}{'ratio':>8}")
    print(f"{'':44}{'':>6}{'':>6}{'':>8}{'':>8}{'':>8}{'unseen':>7}{'tfparse':>8}{'gohcl':>8}")
    ratios, parse_ratios, differences = [], [], []
    for stack in sorted(path for path in corpus.iterdir() if (path / "meta.json").is_file()):
        meta = json.loads((stack / "meta.json").read_text())
        root = stack / "src" / meta["root"]
        plan = {one["address"] for one in json.loads((stack / "expected.json").read_text())["instances"]}
        my_time, mine = fastest(lambda: ours(binary, root, meta))
        their_time, their = fastest(lambda: theirs(root, meta))
        parse_time, blocks = fastest(lambda: declared(root))
        pairs = [(f"{address}.{name}", known, said)
                 for address in mine.keys() & their.keys()
                 for name, known, said in scalars(mine[address], their[address])]
        differ = [pair for pair in pairs if not same(pair[1], pair[2])]
        differences += [(stack.name, *pair) for pair in sorted(differ)]
        seen = {re.sub(r"\[[^]]*\]", "", address) for address in mine if not address.startswith("module.")}
        ratios.append(their_time / my_time)
        parse_ratios.append(parse_time / my_time)
        wrong = lambda found: len({a for a in found if not a.startswith("data.") and ".data." not in a and "[*]" not in a} ^ plan_of(plan))
        plan_of = lambda wanted: {a for a in wanted if not a.startswith("data.") and ".data." not in a}
        print(f"{stack.name:44}{len(plan_of(plan)):6}{wrong(mine):6}{wrong(their):8}{len(pairs):8}{len(differ):8}"
              f"{len(seen - blocks):7}{ratios[-1]:8.1f}{parse_ratios[-1]:8.2f}")
    ratios.sort()
    parse_ratios.sort()
    print("ours, tfparse: instances that differ from the plan; values: known to both; unseen: resources pygohcl does not see")
    print(f"median time beside ours: tfparse {ratios[len(ratios) // 2]:.1f} times, pygohcl {parse_ratios[len(parse_ratios) // 2]:.2f} times")
    for stack, path, known, said in differences[:40]:
        print(f"  {stack} {path}: ours {known!r}, tfparse {said!r}")


if __name__ == "__main__":
    main()

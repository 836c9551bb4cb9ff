#!/usr/bin/env python3
"""Compares who refers to whom in templates with what cfn-lint makes of them.

    python3 -m venv /tmp/cfn && /tmp/cfn/bin/pip install cfn-lint
    cargo build -p foreshock-cloudformation --example references
    /tmp/cfn/bin/python tests/cloudformation/against_cfn_lint.py target/debug/examples/references TEMPLATES...

TEMPLATES are files and directories: the fixtures of cfn-lint are in its source distribution (test/fixtures/templates). Compared are the
edges between resources of one template, from `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`. Prints each template that differs and the sums.
"""

import json
import pathlib
import subprocess
import sys

try:
    from cfnlint.decode import decode
    from cfnlint.template import Template
except ImportError:
    print("skipped: cfn-lint is not installed (pip install cfn-lint)")
    sys.exit(0)


def edges_of_cfn_lint(path):
    """Pairs of resources, or None where cfn-lint does not read the file."""
    template, problems = decode(str(path))
    if problems or not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        return None
    try:
        read = Template(str(path), template)
        graph = read.graph.graph
    except Exception:  # what it can't make a graph of is not compared
        return None
    names = set(template["Resources"])
    return {(one, other) for one, other in graph.edges() if one in names and other in names and one != other}


def edges_of_foreshock(program, paths):
    """What the program says of each file that it reads, by path."""
    found = {}
    for at in range(0, len(paths), 200):
        some = [str(path) for path in paths[at : at + 200]]
        done = subprocess.run([program, *some], capture_output=True, text=True, timeout=300, check=True)
        for line in done.stdout.splitlines():
            said = json.loads(line)
            found[said["file"]] = {tuple(pair) for pair in said["references"]}
    return found


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        sys.exit(2)
    program, paths = sys.argv[1], []
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        endings = {".yaml", ".yml", ".json", ".template"}
        paths += sorted(one for one in path.rglob("*") if one.suffix in endings) if path.is_dir() else [path]
    said = edges_of_foreshock(program, paths)
    compared = same = ours = theirs = both = 0
    passed_over = unread = 0
    for path in paths:
        expected = edges_of_cfn_lint(path)
        if expected is None:
            passed_over += 1
            continue
        found = said.get(str(path))
        if found is None:
            unread += 1
            print(f"{path}: not read")
            continue
        compared += 1
        ours, theirs, both = ours + len(found), theirs + len(expected), both + len(found & expected)
        if found == expected:
            same += 1
            continue
        for one, other in sorted(expected - found):
            print(f"{path}: only cfn-lint has {one} -> {other}")
        for one, other in sorted(found - expected):
            print(f"{path}: only foreshock has {one} -> {other}")
    print(f"{compared} templates compared, {same} the same; {passed_over} that cfn-lint makes no graph of, {unread} not read")
    print(f"{theirs} references of cfn-lint, {ours} of foreshock, {both} of both")
    sys.exit(0 if same == compared and unread == 0 else 1)


if __name__ == "__main__":
    main()

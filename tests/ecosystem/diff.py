#!/usr/bin/env python3
"""What a change does to what is said of real text: two programs over the same directories, and every finding, dependency,
component and score that appears, vanishes or moves.

    tests/ecosystem/diff.py OLD NEW [DIRECTORY...] [--markdown FILE]

Without directories: the fixtures, and each directory of ../shared/corpus beside the repository where that is there. A directory is
checked as a user checks it, with every stack below. Exit code 0 when nothing differs, 1 when something does, 2 when a program
could not be run. A refactoring has to end with 0; a change of what is understood is read line by line before it is merged.
"""
import argparse
import concurrent.futures
import json
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
CORPUS = HOME.parent / "shared" / "corpus"
# Longer is no answer for a person either.
PATIENCE = 600


def directories():
    """The fixtures, and whatever stands alone in the corpus."""
    yield HOME / "fixtures"
    for group in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []:
        yield from (path for path in sorted(group.iterdir()) if path.is_dir()) if group.is_dir() else []


def answer(program, command, directory):
    """The JSON of a command, or why there is none, in words that are the same for equal reasons."""
    try:
        run = subprocess.run(
            [program, *command, ".", "--format", "json"], cwd=directory, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PATIENCE} s"
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        told = run.stderr.decode(errors="replace").strip().splitlines()
        return f"exit {run.returncode}: {told[-1] if told else 'nothing said'}"


def title(stack):
    return " ".join(filter(None, [stack.get("root", "?"), stack.get("name") and f"({stack['name']})"]))


def facts(program, directory):
    """Every fact by its key: what is compared is the value."""
    found = {}

    def add(key, value):
        # Two that are called the same are told apart by their order.
        number, unique = 1, key
        while unique in found:
            number += 1
            unique = f"{key} #{number}"
        found[unique] = value

    checked = answer(program, ["check", "--fail-on", "never"], directory)
    if isinstance(checked, str):
        add("check", checked)
    for stack in checked["stacks"] if isinstance(checked, dict) else []:
        name = title(stack)
        score = stack.get("score")
        add(f"{name}: score", None if score is None else round(score, 4))
        for finding in stack.get("findings", []):
            start = finding.get("range", {}).get("start", {})
            fixes = "; ".join(fix.get("title", "") for fix in finding.get("fixes", []))
            place = f"{finding.get('file')}:{start.get('line', 0) + 1}"
            message = " ".join(str(finding.get("message")).split())
            value = f"{finding.get('severity')} at {place}: {message}" + (f" [{fixes}]" if fixes else "")
            add(f"{name}: finding {finding.get('rule')} of {finding.get('component')}", value)
        for problem in stack.get("problems", []):
            add(f"{name}: problem in {problem.get('file')}: {problem.get('message')}", "")
    drawn = answer(program, ["graph"], directory)
    if isinstance(drawn, str):
        add("graph", drawn)
    for stack in drawn["stacks"] if isinstance(drawn, dict) else []:
        name = title(stack)
        for component in stack.get("components", []):
            redundancy = component.get("redundancy", {})
            add(f"{name}: component {component.get('id')}", f"{component.get('kind')} {json.dumps(redundancy, sort_keys=True)}")
        for dependency in stack.get("dependencies", []):
            key = f"{name}: dependency {dependency.get('from')} -> {dependency.get('to')}"
            add(key, f"{dependency.get('kind')}, {dependency.get('confidence')}")
    return found


def differences(old, new):
    """`(mark, key, words)`, by key: `+` appears, `-` vanishes, `~` moves."""
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield "+", key, new[key]
        elif key not in new:
            yield "-", key, old[key]
        elif old[key] != new[key]:
            yield "~", key, f"{old[key]}  =>  {new[key]}"


def compared(old, new, directory):
    before, after = facts(old, directory), facts(new, directory)
    return len(before), list(differences(before, after))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("directories", nargs="*", type=Path)
    parser.add_argument("--markdown", type=Path, help="also write the differences there, for a pull request")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    programs = [program.resolve() for program in (arguments.old, arguments.new)]
    for program in programs:
        if not program.is_file():
            print(f"{program}: there is no such program", file=sys.stderr)
            return 2
    asked = [path.resolve() for path in arguments.directories] or list(directories())
    if not CORPUS.is_dir() and not arguments.directories:
        print(f"the corpus is not at {CORPUS}: the fixtures alone are compared")

    lines, marks, total = [], {"+": 0, "-": 0, "~": 0}, 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for directory, (count, differing) in zip(asked, pool.map(lambda path: compared(*programs, path), asked)):
            total += count
            if differing:
                lines.append(f"== {directory}")
                print(lines[-1])
            for mark, key, words in differing:
                marks[mark] += 1
                lines.append(f"{mark} {key}" + (f": {words}" if words not in ("", None) else ""))
                print(lines[-1])
    summary = f"{len(asked)} directories, {total} facts: {marks['+']} appear, {marks['-']} vanish, {marks['~']} move"
    print(summary)
    if arguments.markdown:
        body = "\n".join(lines) or "nothing differs"
        arguments.markdown.write_text(f"{summary}\n\n```diff\n{body}\n```\n", encoding="utf-8")
    return 1 if any(marks.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What Foreshock says that applying a change does, beside what terraform says.

    python3 tests/apply/against_terraform.py target/debug/foreshock     # compare
            [--plugins DIR]     # as for `terraform init -plugin-dir`; /opt/tf-plugins when not said
            [--recorded]        # don't ask terraform, take the answers that stand in the cases
            [--update]          # write terraform's answers into the cases, and ask nobody else
            [--only WORDS]      # only the files of cases whose path has these words
            [--stacks DIR ...]  # real stacks, too: unchanged, nothing may be said of them

The cases are `cases/*/*.txt`; `cases.py` says how they are written. Those in `cases/aws` are asked of terraform, offline; the answers
of the other providers stand there as their documentation has them. Foreshock is asked as a user would, `check --base HEAD` in a
repository whose HEAD is the base. `unknown` is never wrong, and counted. The exit code is 1 where Foreshock says that something is
replaced that is not, or stays that is replaced, where it says anything of an unchanged base, or where terraform's answer is not the
one in the case.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import cases
import terraform

HERE = pathlib.Path(__file__).resolve().parent
# What each effect of Foreshock is to terraform, which knows only that something is updated.
AS_TERRAFORM = {
    "replace": "replace", "replace-new-first": "replace", "create": "create", "destroy": "destroy", "forget": "nothing", "nothing": "nothing",
    "unknown": "unknown",
}
GIT = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
       "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **GIT})


class Foreshock:
    """A repository whose HEAD is a base, and what is said of changes in it."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def commit(self, files):
        terraform.write(self.folder, {"provider.tf": terraform.PROVIDER, **files})
        git(self.folder, "init", "-q")
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", "base")

    def said(self, files=None, root="."):
        """{address: (effect, the attributes that force it or of which nobody knows)} and the new findings."""
        if files is not None:
            terraform.write(self.folder, {"provider.tf": terraform.PROVIDER, **files})
        command = [self.binary, "check", root, "--base", "HEAD", "--format", "json"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        try:
            document = json.loads(done.stdout)
        except json.JSONDecodeError as why:
            raise terraform.Failed(f"foreshock printed no JSON: {(done.stderr or done.stdout)[:300]}") from why
        changes, new = {}, []
        for stack in document["stacks"]:
            if "apply" not in stack:
                raise terraform.Failed("the stack has no `apply`")
            for change in (stack["apply"] or {}).get("changes", []):
                effect = "replace-new-first" if change["effect"] == "replace" and change["create_first"] else change["effect"]
                paths = change["forced_by"] or [one["path"] for one in change["attributes"] if one["effect"] == "unknown"]
                changes[change["address"]] = (effect, paths)
            new += [finding for finding in stack.get("findings", []) if finding.get("new") or finding.get("is_new")]
        return changes, new


def parsed(answer):
    """{address: (action, what forces it)} of the lines of an answer."""
    found = {}
    for line in answer:
        action, *rest = line.split()
        if rest:
            found[rest[0]] = (action, rest[2:])
    return found


def compare(expected, ours):
    """[(verdict, address, what they say, what we say)], verdict one of agree, unknown, wrong, milder, order, reason."""
    rows = []
    for address in sorted({*expected, *ours}):
        action, paths = expected.get(address, ("nothing", []))
        effect, forced_by = ours.get(address, ("nothing", []))
        kind = AS_TERRAFORM.get(effect, "update")
        theirs = " ".join([action, *paths])
        we = " ".join([effect, *forced_by])
        if kind == "unknown":
            verdict = "unknown"
        elif kind != AS_TERRAFORM.get(action, action):
            verdict = "milder" if {kind, action} == {"update", "nothing"} else "wrong"
        elif kind == "replace" and effect != action:
            verdict = "order"
        elif not same_reasons(paths, forced_by):
            verdict = "reason"
        else:
            verdict = "agree"
        rows.append((verdict, address, theirs, we))
    return rows or [("agree", "", "nothing", "nothing")]


def same_reasons(theirs, ours):
    """Whether they are about the same; of a block that is a set the provider may name the set, or what is in it."""
    def about(one, other):
        return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
    return not theirs or all(any(about(one, other) for other in side) for side, those in ((ours, theirs), (theirs, ours)) for one in those)


def asked(base, resource_schemas):
    """{name of a case: terraform's answer}"""
    with tempfile.TemporaryDirectory() as name:
        return terraform.answers(base.files, {case.name: case.files for case in base.cases}, resource_schemas, pathlib.Path(name))


def ours(base, binary):
    """{name of a case: what we say}, the empty name for the unchanged base."""
    said = {}
    with tempfile.TemporaryDirectory() as name:
        foreshock = Foreshock(binary, pathlib.Path(name))
        foreshock.commit(base.files)
        said[""] = foreshock.said()[0]
        for case in base.cases:
            said[case.name] = foreshock.said(case.files)[0]
    return said


def stacks(binary, folders):
    """Problems with real stacks: something is said of one that nobody changed."""
    wrong = []
    for root in sorted(one for folder in folders for one in pathlib.Path(folder).iterdir() if one.is_dir()):
        source = root / "src" if (root / "src").is_dir() else root
        meta = json.loads((root / "meta.json").read_text()) if (root / "meta.json").is_file() else {}
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "stack"
            shutil.copytree(source, folder)
            subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
            git(folder, "init", "-q")
            git(folder, "add", "-A", "-f")
            git(folder, "commit", "-q", "-m", "base")
            try:
                changes, new = Foreshock(binary, folder).said(root=meta.get("root") or ".")
            except terraform.Failed as why:
                wrong.append(f"{root.name}: {why}")
                continue
        print(f"{root.name:<45} {len(changes)} changes, {len(new)} new findings")
        if changes or new:
            wrong.append(f"{root.name}: unchanged, and {sorted(changes)[:3]} {new[:2]}")
    return wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary", nargs="?")
    arguments.add_argument("--plugins", default="/opt/tf-plugins")
    arguments.add_argument("--recorded", action="store_true")
    arguments.add_argument("--update", action="store_true")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--stacks", nargs="*", default=[])
    arguments.add_argument("--jobs", type=int, default=2)
    said = arguments.parse_args()
    bases = [cases.read(path) for path in sorted((HERE / "cases").glob("*/*.txt")) if said.only in str(path.relative_to(HERE))]
    wrong = []

    missing = terraform.is_there(said.plugins)
    if missing:
        print(f"terraform is not asked: {missing}; its answers are those that stand in the cases")
    if not missing and not said.recorded:
        wrong += ask(said, [base for base in bases if base.path.parent.name == "aws"])
    if said.binary and not said.update:
        wrong += hold(os.path.abspath(said.binary), bases, said.jobs)
        wrong += stacks(os.path.abspath(said.binary), said.stacks)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


def ask(said, bases):
    """Problems with the answers that stand in the cases; they are written anew with `--update`."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        terraform.configured(said.plugins, folder)
        resource_schemas = terraform.schemas(pathlib.Path(folder))
        pool = concurrent.futures.ThreadPoolExecutor(said.jobs)
        for base, job in [(base, pool.submit(asked, base, resource_schemas)) for base in bases]:
            try:
                answers = job.result()
            except terraform.Failed as why:
                wrong.append(f"{base.path.name}: {why}")
                continue
            refused = {name: lines for name, lines in answers.items() if lines[0].startswith("refused")}
            wrong += [f"{base.path.name}: {name}: {lines[0]}" for name, lines in refused.items()]
            if said.update and not refused:
                cases.write_answers(base, answers)
            elif not said.update:
                wrong += [f"{base.path.name}: {case.name}: terraform says {answers[case.name]}, the case {case.expected}"
                          for case in base.cases if sorted(case.expected) != answers[case.name]]
            print(f"terraform: {base.path.name}: {len(answers)} changes asked", flush=True)
    return wrong


def hold(binary, bases, jobs):
    """What Foreshock says, beside the answers of the cases."""
    wrong, counts, types = [], collections.Counter(), set()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda base: guarded(base, binary), bases))
    for base, said in zip(bases, results):
        if isinstance(said, terraform.Failed):
            wrong.append(f"{base.path.name}: {said}")
            continue
        if said[""]:
            wrong.append(f"{base.path.name}: the unchanged base is said to change: {said['']}")
        counts["unchanged bases"] += 1
        for case in base.cases:
            counts["cases"] += 1
            for verdict, address, theirs, we in compare(parsed(case.expected), said[case.name]):
                counts[verdict] += 1
                types.add((base.path.parent.name, address.split("[")[0].split(".")[-2] if address else ""))
                if verdict != "agree":
                    print(f"{verdict:<8} {base.path.parent.name}/{base.path.stem}: {case.name}: {address}: {theirs} | {we}")
                if verdict == "wrong":
                    wrong.append(f"wrong: {base.path.stem}: {case.name}: {address}: {theirs}, we say {we}")
    print(f"{counts['cases']} changes of {counts['unchanged bases']} bases, {len(types)} resource types: {counts['agree']} answers agree, "
          f"{counts['reason']} for other reasons, {counts['order']} in another order, {counts['unknown']} unknown, {counts['milder']} update or nothing, "
          f"{counts['wrong']} wrong")
    return wrong


def guarded(base, binary):
    try:
        return ours(base, binary)
    except terraform.Failed as why:
        return why


if __name__ == "__main__":
    sys.exit(main())

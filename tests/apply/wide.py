#!/usr/bin/env python3
"""Every attribute of every type, changed alone: what Foreshock says of it, beside what the AWS provider plans.

    pip install grpcio msgpack
    python3 tests/apply/wide.py target/debug/foreshock TYPES
            [--plugins DIR]    # as for `terraform init -plugin-dir`; /opt/tf-plugins when not said
            [--only WORD]      # only types with this word in their name
            [--rows FILE]      # where to write every row that does not agree

TYPES is a file with a resource type at the beginning of each line, such as server/catalog/data/replacement/aws.txt. For each type a
resource is made up of what is required, and each of its attributes is written, taken away, changed, made larger and smaller, turned
on and off, reordered; blocks are added and taken away. The provider is asked for each such change alone; Foreshock for some
hundred at a time, each of a resource of its own. It takes about half an hour.

against_terraform.py has the cases that people write; this has those that nobody thinks of. Values are made up, so that some would be
refused; a base of which a plan is not empty is left out.
"""
import argparse
import collections
import copy
import json
import os
import pathlib
import sys
import tempfile

import against_terraform
import defaults
import forms
import provider
from provider import Refused

# Resources in one stack.
AT_ONCE = 250
# Paths of one type: those that nest without end would never be done.
PATHS = 120


def hcl(block, config, depth=1):
    """What is written in a block, as Terraform's language."""
    lines, pad = [], "  " * depth
    for name in block.get("attributes", {}):
        value = config.get(name)
        if value is not None:
            lines.append(f"{pad}{name} = {literal(value)}")
    for name, inner in block.get("block_types", {}).items():
        value = config.get(name)
        for one in (value if isinstance(value, list) else [value] if value else []):
            lines += [f"{pad}{name} {{", *hcl(inner["block"], one, depth + 1), f"{pad}}}"]
    return lines


def literal(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {literal(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    return json.dumps(value)


def others(value):
    """Other values than one, each with what the change is called."""
    if value is True:
        return [("off", False)]
    if isinstance(value, (int, float)):
        return [("larger", value + 3)]
    if isinstance(value, list):
        more = [*value, *(f"{one}-more" if isinstance(one, str) else one for one in value[:1])]
        return [("more", more), ("order", more[::-1])] if all(isinstance(one, str) for one in value) else []
    return []


def changes(kind):
    """(name of a change, path, config before, config after) for each change of a type."""
    for path, (is_block, schema) in list(kind.paths.items())[:PATHS]:
        with_it = kind.config(path)
        without = copy.deepcopy(with_it)
        may_go = schema.get("optional") or (is_block and not schema.get("min_items"))
        if may_go:
            defaults.write(without, kind.block, path, 0, leave=True)
            yield "added", path, without, with_it
            yield "taken away", path, with_it, without
        if is_block:
            continue
        value = defaults.at(with_it, path)
        other = copy.deepcopy(with_it)
        defaults.write(other, kind.block, path, 1)
        if defaults.at(other, path) != value:
            yield "changed", path, with_it, other
        for name, new in others(value):
            changed = copy.deepcopy(with_it)
            defaults.put(changed, path, new)
            if name == "order":
                before = copy.deepcopy(changed)
                defaults.put(before, path, new[::-1])
                yield name, path, before, changed
                continue
            yield name, path, with_it, changed
            yield {"off": "on", "larger": "smaller", "more": "fewer"}[name], path, changed, with_it


def asked(kind, before, after):
    """What the provider plans: (action, paths that force it); None where it can't be asked."""
    try:
        state = kind.settled(before)
        then = kind.asked.plan(kind.name, state, after) if state is not None else None
    except Refused as why:
        return (kind.has_learned(why) and None) or None
    if then is None:
        return None
    # With the order of lists, which `settled` leaves out: there a set comes back in any.
    if forms.plain(then.planned) == forms.plain(state):
        return "nothing", []
    return ("replace", sorted(set(then.replaces) - {"id"})) if then.replaces else ("update", [])


def questions(names, asked_of):
    """Every change with the provider's answer."""
    for name in names:
        kind = defaults.Type(asked_of, name, open(os.devnull, "w", encoding="utf-8"))
        for what, path, before, after in changes(kind):
            said = asked(kind, before, after)
            if said is not None:
                yield kind, what, ".".join(path), before, after, said


def ours(binary, rows):
    """What Foreshock says of some hundred changes, by address."""
    def text(side):
        parts = []
        for at, row in enumerate(rows):
            body = hcl(row[0].block, row[side])
            parts += [f'resource "{row[0].name}" "c{at}" {{', *body, "}", ""]
        return {"main.tf": "\n".join(parts)}
    with tempfile.TemporaryDirectory() as folder:
        foreshock = against_terraform.Foreshock(binary, pathlib.Path(folder))
        foreshock.commit(text(3))
        return foreshock.said(text(4))[0]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary")
    arguments.add_argument("types")
    arguments.add_argument("--plugins", default="/opt/tf-plugins")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--rows", default=os.devnull)
    said = arguments.parse_args()
    asked_of, _ = provider.aws(said.plugins)
    names = [name for name in defaults.names_in(said.types) if name in asked_of.resources and said.only in name]
    counts, types = collections.Counter(), set()
    with open(said.rows, "w", encoding="utf-8") as out:
        batch = []

        def hold():
            answers = ours(os.path.abspath(said.binary), batch)
            for at, (kind, what, path, _, _, theirs) in enumerate(batch):
                address = f"{kind.name}.c{at}"
                ((verdict, _, they, we),) = against_terraform.compare(
                    {address: theirs} if theirs[0] != "nothing" else {}, {key: value for key, value in answers.items() if key == address})
                counts[verdict] += 1
                types.add(kind.name)
                if verdict != "agree":
                    print(verdict, kind.name, path, what, they, we, sep="\t", file=out, flush=True)
            batch.clear()

        for row in questions(names, asked_of):
            batch.append(row)
            if len(batch) == AT_ONCE:
                hold()
        if batch:
            hold()
    asked_of.close()
    print(f"{sum(counts.values())} changes of {len(types)} types: {dict(counts)}")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())

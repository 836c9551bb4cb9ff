#!/usr/bin/env python3
"""Makes the tables of this folder from a list `type,attribute_path,effect`, one row for each attribute of a provider's
resources that was changed alone and planned.

    python3 from_csv.py replacement.csv

A line is a type and its attributes: `name` is changed where it stands, `name!` replaces the resource, `name?` does one or
the other (conditions.toml says when), `name-` was not tried by itself; what is inside a block follows in brackets. A type
that is as another says so: `aws_alb = aws_lb`. What is not listed is not known.
"""
import collections
import csv
import pathlib
import sys

PROVIDERS = {
    "aws": "hashicorp/aws 5.100.0, asked over its plugin protocol (PlanResourceChange), one attribute at a time",
    "azurerm": "hashicorp/azurerm 5.2.0 (types removed since: 3.117.1), read from its schemas",
    "google": "hashicorp/google 7.45.0, read from its schemas",
    "helm": "hashicorp/helm 3.1.2, by hand",
    "kubernetes": "hashicorp/kubernetes 3.2.1, read from its schemas",
}
# What manifests hand over under another name, since whoever reads a key has its value already.
OF_MANIFESTS = {
    "kubernetes_config_map": ["contents"],
    "kubernetes_config_map_v1": ["contents"],
    "kubernetes_secret": ["contents", "text"],
    "kubernetes_secret_v1": ["contents", "text"],
}
MARKS = {"replace": "!", "conditional": "?", "in_place": "", None: "-"}


def tree(paths):
    root = {}
    for path, effect in paths:
        level = root
        *blocks, last = path.split(".")
        for block in blocks:
            level = level.setdefault(block, [None, {}])[1]
        level.setdefault(last, [None, {}])[0] = effect
    return root


def line(level):
    parts = []
    for name in sorted(level):
        effect, inner = level[name]
        parts.append(name + MARKS[effect] + (f"({line(inner)})" if inner else ""))
    return " ".join(parts)


def main():
    types = collections.defaultdict(list)
    with open(sys.argv[1], newline="") as rows:
        for row in csv.DictReader(rows):
            types[row["type"]].append((row["attribute_path"], row["effect"]))
    for name, attributes in OF_MANIFESTS.items():
        types[name].extend((attribute, "conditional") for attribute in attributes)
    here = pathlib.Path(__file__).parent
    first = {}
    written = collections.defaultdict(list)
    for name in sorted(types, key=lambda name: (name == "aws_alb" or name.startswith("aws_alb_"), name)):
        text = line(tree(types[name]))
        provider = name.split("_")[0]
        same = first.setdefault((provider, text), name)
        written[provider].append(f"{name} {text}" if same == name else f"{name} = {same}")
    for provider, lines in written.items():
        head = f"# Made by from_csv.py; what the marks mean stands there. {PROVIDERS[provider]}.\n"
        (here / f"{provider}.txt").write_text(head + "\n".join(sorted(lines, key=lambda l: l.split(" ")[0])) + "\n")


main()

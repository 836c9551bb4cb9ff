#!/usr/bin/env python3
"""What a provider takes for the same: writes `server/catalog/data/replacement/aws_forms.tsv`.

    pip install grpcio msgpack
    python3 tests/apply/forms.py server/catalog/data/replacement/aws.txt > server/catalog/data/replacement/aws_forms.tsv
            [--plugins DIR]     # as for `terraform init -plugin-dir`; /opt/tf-plugins when not said

The AWS provider is asked, for each attribute of each type, what it plans for a resource that had a value and gets the same in another
form: in capitals, with a dot at its end, a protocol by its number, JSON with its keys in another order, an ARN by the name at its
end; and for each list what it plans when two of its elements change places. Where it plans nothing for the one and something for
another value, that form is none of its concern. Which lists have an order does not show in a text: a set is written as a list is.
"""
import argparse
import copy
import json
import os
import re
import sys

import defaults
import provider
from provider import Refused

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}]}
ARNS = [f"arn:aws:{end}" for end in (
    "lambda:us-east-1:123456789012:function:things", "iam::123456789012:role/things", "ecs:us-east-1:123456789012:cluster/things",
    "kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", "s3:::things", "sns:us-east-1:123456789012:things")]
DOCUMENTS = [POLICY, [{"name": "a", "image": "b"}], {"a": "b", "c": ["d"]}]
OTHER_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["s3:PutObject"], "Resource": "*"}]}


def turned(value):
    """The same JSON with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in reversed(list(value.items()))}
    return [turned(one) for one in value] if isinstance(value, list) else value


def forms_of(path, value):
    """(name of a form, a value, the same in that form, another value)"""
    if value != value.upper():
        yield "case", value, value.upper(), None
    yield "dot", "example.com", "example.com.", "example.org"
    if re.search("role|function|cluster|arn|topic|bucket|key|definition|profile|secret|log", path[-1]):
        for arn in ARNS:
            short = re.split("[:/]", arn)[-1]
            yield "name", arn, short, f"{arn}z"
            yield "name", short, arn, f"{short}z"
    if "protocol" in path[-1]:
        yield "protocol", "tcp", "6", "udp"
    if re.search("polic|json|document|definition|properties|pattern|schema|template|configuration|body|message|parameters", path[-1]):
        for document in DOCUMENTS:
            other = OTHER_POLICY if document is POLICY else [{"name": "z", "image": "b"}] if isinstance(document, list) else {"a": "z"}
            yield "json", json.dumps(document, separators=(",", ":")), json.dumps(turned(document), indent=2), json.dumps(other)


class Asked:
    """A type, asked what it plans when the value at a path becomes another."""

    def __init__(self, kind):
        self.kind = kind
        self.states = {}

    def is_planned(self, path, before, after):
        """Whether anything is; None where it can't be asked."""
        one = self.kind.config(path)
        defaults.put(one, path, before)
        two = copy.deepcopy(one)
        defaults.put(two, path, after)
        try:
            key = (path, json.dumps(before))
            if key not in self.states:
                self.states[key] = self.kind.settled(one)
            state = self.states[key]
            if state is None:
                return None
            then = self.kind.asked.plan(self.kind.name, state, two)
        except Refused:
            return None
        return plain(then.planned) != plain(state)

    def has_order(self, path, before):
        return self.is_planned(path, before, before[::-1]) is True

    def forms(self, path, value):
        """The names of the forms that are the same."""
        for name, one, same, other in forms_of(path, value):
            other = other or f"{one}-other"
            if self.is_planned(path, one, same) is False and self.is_planned(path, one, other):
                yield name


def plain(value):
    """A value in which what is empty is not there. Unlike for defaults, lists keep their order."""
    if isinstance(value, dict):
        return {key: inner for key, inner in ((key, plain(inner)) for key, inner in value.items()) if inner not in (None, [], {}, "")}
    return [plain(one) for one in value] if isinstance(value, list) else value


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("types")
    arguments.add_argument("--plugins", default="/opt/tf-plugins")
    arguments.add_argument("--only", default="")
    said = arguments.parse_args()
    asked_of, version = provider.aws(said.plugins)
    print(f"# What hashicorp/aws {version} takes for the same value, and which lists have an order; types without either are left out.")
    print("# type<TAB>paths of lists, of values or of blocks, whose order counts<TAB>path=forms that make no difference: case, dot (one at the")
    print("# end), protocol (by its name or its number), json (its text, not what it says), name (by that or by an ARN that ends with it). Paths are")
    print("# dotted, without the indices of blocks.")
    print("# Made by `python3 tests/apply/forms.py TYPES`, which asks the provider; its first lines say how.")
    for name in defaults.names_in(said.types):
        if name not in asked_of.resources or said.only not in name:
            continue
        ordered, same = read(Asked(defaults.Type(asked_of, name, open(os.devnull, "w", encoding="utf-8"))))
        if ordered or same:
            print(name, " ".join(sorted(ordered)), " ".join(f"{path}={','.join(forms)}" for path, forms in sorted(same.items())), sep="\t", flush=True)
    asked_of.close()


def read(asked):
    ordered, same = [], {}
    for path, (is_block, schema) in asked.kind.paths.items():
        dotted = ".".join(path)
        try:
            asked.kind.asked.plan(asked.kind.name, None, asked.kind.config(path))
        except Refused as why:
            asked.kind.has_learned(why)
        if is_block:
            if schema["nesting_mode"] == "list" and schema.get("max_items") != 1:
                pair = [defaults.at(asked.kind.config(path, variant), path) for variant in (0, 1)]
                if None not in pair and asked.has_order(path, [defaults.required(schema["block"], variant) for variant in (0, 1)]):
                    ordered.append(dotted)
        elif schema.get("type") in (["list", "string"], ["list", "number"]):
            value = defaults.made_up(path[-1], schema["type"], 0)[0]
            if asked.has_order(path, [value, defaults.made_up(path[-1], schema["type"], 1)[0]]):
                ordered.append(dotted)
        elif schema.get("type") == "string":
            found = list(dict.fromkeys(asked.forms(path, defaults.at(asked.kind.config(path), path))))
            if found:
                same[dotted] = found
    return ordered, same


if __name__ == "__main__":
    sys.exit(main())

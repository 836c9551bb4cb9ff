#!/usr/bin/env python3
"""What a provider fills in: writes `server/catalog/data/replacement/aws_defaults.tsv`.

    pip install grpcio msgpack
    python3 tests/apply/defaults.py TYPES > server/catalog/data/replacement/aws_defaults.tsv
                [--plugins DIR]     # as for `terraform init -plugin-dir`; /opt/tf-plugins when not said
                [--doubts FILE]     # where to write what the provider did that the table can't say

TYPES is a file with a resource type at the beginning of each line. What is optional and computed stands in the provider's
schema, apart from blocks, where the schema does not say it; defaults stand nowhere. So the provider itself is asked:

- what it plans for a resource of which only the required is written: what is known there and was not written is a default, and
  a block that is unknown is computed;
- for each path that is optional, what it plans for a resource that had it when it is taken away: nothing (it stays as it is), its
  default, or something else. A path of which something else is planned is left out, even where the schema calls it computed.

Values that are needed are made up, twice; a default is one that is the same both times. Nothing is written to any cloud, and
nothing is asked of one.
"""
import argparse
import copy
import json
import pathlib
import re
import sys

import provider
from provider import UNKNOWN, Refused

# Terraform's and the provider's own, the same for every type.
SKIPPED = {"id", "tags", "tags_all", "timeouts", "region"}
# What a provider insists on in a new resource, beyond what its schema requires.
PLAUSIBLE = json.loads((pathlib.Path(__file__).parent / "plausible.json").read_text())
# How many names a path has at most: two blocks and an attribute, as in the table of what replaces.
DEPTH = 3
# Types whose blocks hold one another without end, of which only the top is looked at, as in that table.
ENDLESS = {"aws_wafv2_rule_group", "aws_wafv2_web_acl"}


def made_up(name, kind, variant):
    """A value of a type of Terraform, plausible by the attribute's name."""
    if kind == "bool":
        return True
    if kind == "number":
        return 1 + variant
    if kind == "string" or kind == "dynamic":
        word = "ab"[variant] * 3
        if "arn" in name:
            return f"arn:aws:iam::12345678901{variant}:role/{word}"
        if "cidr" in name:
            return f"10.{variant}.0.0/16"
        if "policy" in name or "json" in name or "document" in name or "definition" in name:
            return '{"Statement":[]}'
        return f"{word}-{name.replace('_', '-')}"[:30]
    if kind[0] in ("list", "set"):
        return [made_up(name, kind[1], variant)]
    if kind[0] == "map":
        return {"k": made_up(name, kind[1], variant)}
    if kind[0] == "object":
        return {key: made_up(key, inner, variant) for key, inner in kind[1].items()}
    raise ValueError(kind)


def value_of(name, attribute, variant):
    if "nested_type" in attribute:
        inner = attribute["nested_type"]
        one = required({"attributes": inner["attributes"]}, variant)
        return {"single": one, "list": [one], "set": [one], "map": {"k": one}}[inner["nesting_mode"]]
    return made_up(name, attribute["type"], variant)


def required(block, variant):
    """What has to be written in a block."""
    value = provider.null_of(block)
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("required"):
            value[name] = value_of(name, attribute, variant)
    for name, inner in block.get("block_types", {}).items():
        if inner.get("min_items", 0) > 0 and inner["nesting_mode"] != "group":
            one = required(inner["block"], variant)
            value[name] = one if inner["nesting_mode"] == "single" else [one]
    return value


def stored(value, kind):
    """What is stored once `value` was planned: the unknown is made up."""
    if value is not UNKNOWN:
        return value
    if kind == "bool":
        return False
    if kind == "number":
        return 0
    if kind == "string":
        return "made-up"
    return {} if isinstance(kind, list) and kind[0] == "map" else [] if not isinstance(kind, list) or kind[0] != "object" else None


def state_of(block, planned):
    value = {}
    for name, attribute in block.get("attributes", {}).items():
        one = planned.get(name)
        if "nested_type" in attribute:
            value[name] = within(attribute["nested_type"]["nesting_mode"], {"attributes": attribute["nested_type"]["attributes"]}, one)
        else:
            value[name] = deep(one, attribute["type"])
    for name, inner in block.get("block_types", {}).items():
        value[name] = within(inner["nesting_mode"], inner["block"], planned.get(name))
    return value


def deep(value, kind):
    if value is UNKNOWN or not isinstance(kind, list):
        return stored(value, kind)
    if kind[0] in ("list", "set") and isinstance(value, list):
        return [deep(one, kind[1]) for one in value]
    if kind[0] == "map" and isinstance(value, dict):
        return {key: deep(one, kind[1]) for key, one in value.items()}
    if kind[0] == "object" and isinstance(value, dict):
        return {key: deep(value.get(key), inner) for key, inner in kind[1].items()}
    return value


def within(mode, block, value):
    if value is None:
        return None
    if value is UNKNOWN:
        return {"list": [], "set": [], "map": {}}.get(mode)
    if mode in ("single", "group"):
        return state_of(block, value)
    if mode == "map":
        return {key: state_of(block, one) for key, one in value.items()}
    return [state_of(block, one) for one in value]


def plain(value):
    """A value in which what is empty is not there: providers of the older kind do not tell these apart."""
    if isinstance(value, dict):
        return {key: inner for key, inner in ((key, plain(inner)) for key, inner in value.items()) if inner not in (None, [], {}, "")}
    if isinstance(value, list):
        return sorted((plain(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True, default=str))
    return value


def inside(block, path):
    """The schema of what stands at a path: (how a block is nested, its block) or (None, the attribute)."""
    *outer, last = path
    for name in outer:
        if name in block.get("block_types", {}):
            block = block["block_types"][name]["block"]
        else:
            block = {"attributes": block["attributes"][name]["nested_type"]["attributes"]}
    if last in block.get("block_types", {}):
        return block["block_types"][last]["nesting_mode"], block["block_types"][last]["block"]
    return None, block["attributes"][last]


def paths(block, before=()):
    """Each settable path of a block, with whether it is a block, and its schema."""
    for name, attribute in block.get("attributes", {}).items():
        if not before and name in SKIPPED or not (attribute.get("optional") or attribute.get("required")):
            continue
        yield (*before, name), False, attribute
        if "nested_type" in attribute and len(before) + 1 < DEPTH:
            yield from paths({"attributes": attribute["nested_type"]["attributes"]}, (*before, name))
    for name, inner in block.get("block_types", {}).items():
        if not before and name in SKIPPED:
            continue
        yield (*before, name), True, inner
        if len(before) + 1 < DEPTH:
            yield from paths(inner["block"], (*before, name))


def write(config, block, path, variant, leave=False):
    """Writes what stands at a path, and the blocks around it with what they require; `leave` leaves out the last."""
    for depth, name in enumerate(path):
        last = depth + 1 == len(path)
        if last and leave:
            config[name] = provider.null_of(block)[name]
            return
        if name in block.get("block_types", {}):
            inner = block["block_types"][name]
            mode, block = inner["nesting_mode"], inner["block"]
        else:
            attribute = block["attributes"][name]
            if last:
                config[name] = value_of(name, attribute, variant)
                return
            mode, block = attribute["nested_type"]["nesting_mode"], {"attributes": attribute["nested_type"]["attributes"]}
        if not config.get(name):
            one = required(block, variant)
            config[name] = one if mode in ("single", "group") else {"k": one} if mode == "map" else [one]
        config = config[name] if mode in ("single", "group") else config[name]["k"] if mode == "map" else config[name][0]


def at(value, path):
    """What stands at a path of a value, of several blocks in the first; UNKNOWN where something around it is."""
    for name in path:
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict) and name not in value and "k" in value:
            value = value["k"]
        if value is None or value is UNKNOWN:
            return value
        value = value.get(name) if isinstance(value, dict) else None
    return value


class Type:
    """A resource type, and what the provider does with it."""

    def __init__(self, asked, name, doubts):
        self.asked, self.name, self.doubts = asked, name, doubts
        self.block = asked.resources[name]["block"]
        self.plausible, self.allowed = PLAUSIBLE.get(name, {}), {}
        # What is not computed, and stays all the same when it is taken away.
        self.staying = set()
        self.paths = {path: (is_block, schema) for path, is_block, schema in paths(self.block) if len(path) == 1 or name not in ENDLESS}

    def doubt(self, path, what):
        print(self.name, ".".join(path), " ".join(what.split()), sep="\t", file=self.doubts)

    def config(self, path=(), variant=0):
        """The required, what is plausible, and what stands at a path where one is given."""
        config = required(self.block, variant)
        if path:
            write(config, self.block, path, variant)
        for where, value in self.plausible.items():
            names = tuple(where.split("."))
            if names != path and (len(names) == 1 or at(config, names[:-1])):
                put(config, names, value)
        for names, value in self.allowed.items():
            if at(config, names) is not None:
                put(config, names, value)
        return config

    def has_learned(self, why):
        """Takes one of the values that a provider would have liked better, by what it says; whether it said so."""
        path, valid = (re.search(pattern, " ".join(str(why).split())) for pattern in (r"Path: (\S+)", r"Valid Values: \[(\S+)"))
        names = tuple(re.sub(r"\[[^\]]*\]", "", path[1]).split(".")) if path and valid else ()
        if not names or names in self.allowed:
            return False
        self.allowed[names] = valid[1].rstrip("]")
        return True

    def created(self, variant, path=()):
        """What is planned for a new resource with the required and, where a path is given, the block there."""
        try:
            return self.asked.plan(self.name, None, self.config(path, variant)).planned
        except Refused as why:
            if self.has_learned(why):
                return self.created(variant, path)
            self.doubt(path, f"not planned: {why}")
            return None

    def read(self):
        """(paths of what is optional and computed, defaults by path or None where the provider did not tell them)"""
        computed, defaults, has_told = set(), {}, True
        groups = {()} | {path for path, (is_block, schema) in self.paths.items()
                         if (is_block or "nested_type" in schema) and len(path) < DEPTH and self.name not in ENDLESS}
        for group in sorted(groups):
            plans = [self.created(variant, group) for variant in (0, 1)]
            has_told = has_told and (group != () or None not in plans)
            for path, (is_block, schema) in self.paths.items():
                if path[:-1] != group:
                    continue
                if not is_block and schema.get("optional") and schema.get("computed"):
                    computed.add(path)
                if None in plans or (not is_block and not schema.get("optional")) or (is_block and schema.get("min_items", 0)):
                    continue
                if ".".join(path) in self.plausible or path in self.allowed:
                    continue
                one, other = (at(plan, path) for plan in plans)
                if is_block:
                    if one is UNKNOWN and other is UNKNOWN and not path_is_unknown(plans[0], group):
                        computed.add(path)
                elif one is not None and one is not UNKNOWN and json.dumps(one, default=str) == json.dumps(other, default=str) \
                        and "unknown" not in json.dumps(one, default=str):
                    if one not in ("", [], {}) and not (schema.get("type") in ("bool", "number") and not one and in_a_set(self.block, path)):
                        defaults[path] = one
        for path, (is_block, schema) in sorted(self.paths.items()):
            may_go = schema.get("optional") or (is_block and not schema.get("min_items", 0))
            if path in computed or (may_go and path not in defaults):
                self.take_away(path, computed, defaults)
        for path in sorted(defaults):
            self.write_default(path, defaults)
        return computed, defaults if has_told else None

    def settled(self, config):
        """The state after `config` was applied, where a plan without a change is empty."""
        planned = self.asked.plan(self.name, None, config).planned
        for filled in (planned, self.left_empty(planned)):
            for _ in range(2):
                state = state_of(self.block, filled)
                again = self.asked.plan(self.name, state, config)
                if not again.replaces and plain(again.planned) == plain(state):
                    return state
                filled = again.planned
        return None

    def left_empty(self, planned):
        """The same, and what was not written and may be stays empty."""
        attributes = self.block.get("attributes", {})
        return {name: None if one is UNKNOWN and name != "id" and attributes.get(name, {}).get("optional") else one
                for name, one in planned.items()}

    def take_away(self, path, computed, defaults):
        config = self.config(path)
        if path not in computed and self.paths[path][0]:
            self.write_all_in(config, path)
        without = copy.deepcopy(config)
        write(without, self.block, path, 0, leave=True)
        try:
            state = self.settled(config)
            if state is None:
                return self.doubt(path, "a plan without a change is not empty")
            if at(state, path) in (None, [], {}):
                return self.doubt(path, "is not kept")
            then = self.asked.plan(self.name, state, without)
        except Refused as why:
            if self.has_learned(why):
                return self.take_away(path, computed, defaults)
            return self.doubt(path, f"not asked: {why}")
        if not then.replaces and plain(then.planned) == plain(state):
            defaults.pop(path, None)
            # What is never compared, like what is only written, would stay whatever it is.
            if path not in computed and (self.paths[path][0] or self.is_noticed(path, config, state)):
                self.staying.add(path)
            return None
        now = at(then.planned, path)
        if path in defaults and now != defaults[path] or path in computed and path not in defaults:
            defaults.pop(path, None)
            self.doubt(path, f"taken away: {json.dumps(now, default=str)}{' replaces' if then.replaces else ''}")
        computed.discard(path)
        return None

    def says_nothing(self, path):
        """Whether a block in which nothing is written but what has to be is no loss."""
        config = self.config(path)
        without = copy.deepcopy(config)
        write(without, self.block, path, 0, leave=True)
        try:
            state = self.settled(config)
            if state is None or without == config:
                return False
            then = self.asked.plan(self.name, state, without)
        except Refused as why:
            return self.has_learned(why) and self.says_nothing(path)
        return not then.replaces and plain(then.planned) == plain(state)

    def write_all_in(self, config, block):
        """Writes what may be written in a block: whether an empty one goes says little."""
        for path, (is_block, schema) in self.paths.items():
            if path[:-1] == block and not is_block and schema.get("optional"):
                write(config, self.block, path, 0)

    def is_noticed(self, path, config, state):
        """Whether another value at a path is planned."""
        other = copy.deepcopy(config)
        write(other, self.block, path, 0, leave=True)
        write(other, self.block, path, 1)
        then = self.asked.plan(self.name, state, other)
        return then.replaces or plain(then.planned) != plain(state)

    def write_default(self, path, defaults):
        config_with = self.config(path)
        config = copy.deepcopy(config_with)
        write(config, self.block, path, 0, leave=True)
        put(config_with, path, defaults[path])
        try:
            state = self.settled(config)
            if state is None:
                return self.doubt(path, "a plan without a change is not empty (default)")
            then = self.asked.plan(self.name, state, config_with)
        except Refused as why:
            return self.doubt(path, f"not asked: {why} (default)")
        if then.replaces or plain(then.planned) != plain(state):
            self.doubt(path, f"writing its default {json.dumps(defaults.pop(path))} is a change")
        return None


def put(config, path, value):
    *outer, last = path
    for name in outer:
        config = config[name]
        if isinstance(config, list):
            config = config[0]
        elif "k" in config:
            config = config["k"]
    config[last] = value


def path_is_unknown(plan, path):
    return bool(path) and at(plan, path) is UNKNOWN


def in_a_set(block, path):
    """Whether a path leads through a block of a set: there the older kind of provider writes zero for what is not written."""
    return any(inside(block, path[:depth])[0] == "set" for depth in range(1, len(path)))


def names_in(file):
    """The words that lines of a file begin with, each once, sorted."""
    return sorted({re.split(r"[\s,]", line)[0] for line in pathlib.Path(file).read_text().splitlines()})


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("types")
    arguments.add_argument("--plugins", default="/opt/tf-plugins")
    arguments.add_argument("--doubts", default="/dev/null")
    arguments.add_argument("--only", default="")
    said = arguments.parse_args()
    asked, version = provider.aws(said.plugins)
    names = [name for name in names_in(said.types) if name in asked.resources]
    print(f"# What hashicorp/aws {version} fills in where nothing is written; types that fill in nothing are left out.")
    print("# type<TAB>paths that are optional and computed, so that they stay as they are when they are taken away; with a - those that\n# stay "
          "and are not computed, with a ~ blocks that are no loss when nothing but defaults stands in them<TAB>path=JSON of what is\n# planned where "
          "nothing is written, a space written as \\u0020")
    print("# Paths are dotted, without the indices of blocks. A path of which both is true is in the third column alone. `?` there: the")
    print("# provider can't be asked for the defaults of this type without a cloud.")
    print("# Made by `python3 tests/apply/defaults.py TYPES`, which asks the provider; its first lines say how.")
    with open(said.doubts, "w", encoding="utf-8") as doubts:
        for name in names:
            if said.only and said.only not in name:
                continue
            kind = Type(asked, name, doubts)
            computed, defaults = kind.read()
            bare = [path for path, (is_block, schema) in kind.paths.items() if is_block and not schema.get("min_items")
                    and path not in computed and path not in kind.staying and kind.says_nothing(path)]
            paths_of = sorted([".".join(path) for path in computed] + [".".join(path) + "-" for path in kind.staying]
                              + [".".join(path) + "~" for path in bare])
            shown = ["?"] if defaults is None else [f"{'.'.join(path)}={json.dumps(value, separators=(',', ':')).replace(' ', chr(92) + 'u0020')}"
                                                    for path, value in sorted(defaults.items())]
            if paths_of or shown:
                print(name, " ".join(paths_of), " ".join(shown), sep="\t", flush=True)
    asked.close()


if __name__ == "__main__":
    sys.exit(main())

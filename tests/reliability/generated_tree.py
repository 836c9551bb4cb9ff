#!/usr/bin/env python3
"""A generated fault tree: most of what is shared is shared near by, some support systems are needed everywhere, some gates are k of n.

    tests/reliability/generated_tree.py 13 1000 > tree.json              # as the example `trees` of the engine reads it
    tests/reliability/generated_tree.py --open-psa 13 1000 > tree.xml    # as SCRAM reads it
    tests/reliability/generated_tree.py --open-psa tree.json > tree.xml

The same seed and number of gates give the same tree.
"""

import json
import random
import sys
from collections.abc import Iterator

NEAR = 20
SHARED_EVENT = 0.2
SHARED_GATE = 0.36
SUPPORT = 0.12
K_OF_N = 0.15


class Generator:
    """What there is of a tree so far."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.gates: dict[str, dict] = {}
        self.events: dict[str, float] = {}
        self.done: list[str] = []
        self.supports: list[str] = []
        self.named = 0

    def name(self) -> str:
        self.named += 1
        return f"g{self.named - 1}"

    def event(self) -> str:
        if self.events and self.random.random() < SHARED_EVENT:
            return self.random.choice(list(self.events)[-NEAR:])
        name = f"e{len(self.events)}"
        self.events[name] = round(10 ** self.random.uniform(-4, -2), 7)
        return name

    def parts(self, budget: int) -> list[int]:
        rest = budget - 1
        count = min(rest, self.random.choice([2, 2, 3, 3, 4, 5]))
        cuts = sorted(self.random.sample(range(1, rest), count - 1)) if rest > count > 1 else list(range(1, count))
        return [part for part in (to - start for start, to in zip([0, *cuts], [*cuts, rest])) if part > 0]

    def members(self, budget: int, supported: bool) -> list[str]:
        if budget <= 1:
            return [self.event() for _ in range(self.random.randint(2, 4))]
        members = [self.gate(part, supported) for part in self.parts(budget)]
        if self.random.random() < 0.4:
            members.append(self.event())
        if self.done and self.random.random() < SHARED_GATE:
            members.append(self.random.choice(self.done[-NEAR:]))
        if supported and self.supports and self.random.random() < SUPPORT:
            members.append(self.random.choice(self.supports))
        return members

    def gate(self, budget: int, supported: bool) -> str:
        """A gate with so many gates below, itself counted."""
        name = self.name()
        members = list(dict.fromkeys(self.members(budget, supported)))
        while len(members) < 2:
            event = self.event()
            if event not in members:
                members.append(event)
        kind = "or" if self.random.random() < (0.7 if budget <= 1 else 0.5) else "and"
        gate = {"op": kind, "args": members}
        if len(members) >= 3 and self.random.random() < K_OF_N:
            gate = {"op": "atleast", "k": self.random.randint(2, len(members) - 1), "args": members}
        self.gates[name] = gate
        self.done.append(name)
        return name


def reached(gates: dict[str, dict], top: str) -> Iterator[str]:
    seen: set[str] = set()
    pending = [top]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            yield name
            pending.extend(gates.get(name, {}).get("args", []))


def tree(seed: int, count: int) -> dict:
    generator = Generator(seed)
    top = generator.name()
    generator.supports = [generator.gate(max(1, count // 100), False) for _ in range(4)]
    size = (count - 1 - len(generator.gates)) // 5
    generator.gates[top] = {"op": "or", "args": [generator.gate(size, True) for _ in range(5)]}
    needed = set(reached(generator.gates, top))
    gates = {name: gate for name, gate in generator.gates.items() if name in needed}
    shuffled = random.Random(seed)
    for gate in gates.values():
        shuffled.shuffle(gate["args"])
    events = {name: probability for name, probability in generator.events.items() if name in needed}
    return {"format": "generated", "name": f"{count}-{seed}", "top": top, "gates": gates, "events": events}


def open_psa(tree: dict) -> Iterator[str]:
    gates = tree["gates"]
    yield '<?xml version="1.0"?><opsa-mef><define-fault-tree name="tree">'
    for name in sorted(gates, key=lambda name: name != tree["top"]):
        gate = gates[name]
        kinds = [("gate" if member in gates else "basic-event", member) for member in gate["args"]]
        body = "".join(f'<{kind} name="{member}"/>' for kind, member in kinds)
        if len(kinds) > 1:
            least = f' min="{gate["k"]}"' if gate["op"] == "atleast" else ""
            body = f"<{gate['op']}{least}>{body}</{gate['op']}>"
        yield f'<define-gate name="{name}">{body}</define-gate>'
    yield "</define-fault-tree><model-data>"
    for name, probability in tree["events"].items():
        yield f'<define-basic-event name="{name}"><float value="{probability!r}"/></define-basic-event>'
    yield "</model-data></opsa-mef>"


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument != "--open-psa"]
    if len(arguments) == 1:
        with open(arguments[0], encoding="utf-8") as file:
            found = json.load(file)
    else:
        seed, count = map(int, arguments)
        found = tree(seed, count)
    print("\n".join(open_psa(found)) if "--open-psa" in sys.argv else json.dumps(found))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compares the graph that Foreshock reads from manifests with the true call graph of real applications.

    python3 tests/callgraph/compare.py [BIN] [--corpus DIR] [--only NAME] [--show]

DIR holds one folder for each application: `callgraph.json` (its true edges, who wrote them down, and what a naive extractor of
names finds) and its manifests. Without DIR the corpus beside the repository is taken; where there is none that is said and nothing
compared. Prints, for each application and each way it is deployed, how many of the edges found are true (precision) and how many of
the true ones are found (recall).
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[2]


def norm(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Names:
    """What an object is called in the graph that somebody drew."""

    def __init__(self, truth):
        self.known = {norm(node): node for node in truth["nodes"]}
        for edge in truth["edges"] + truth["extra_true"] + truth["disputed"]:
            for node in edge:
                self.known.setdefault(norm(node), node)
        for alias, node in truth["aliases"].items():
            self.known[norm(alias)] = node

    def of(self, name):
        short = name.split("/")[-1]
        for candidate in [short, re.sub(r"-v\d+$", "", short), re.sub(r"(-|^)(deployment|deploy|service|svc|server|app)$", "", short)]:
            if norm(candidate) in self.known:
                return self.known[norm(candidate)]
        # What a part of it is called: `redis-ha-haproxy` is a part of redis.
        parts = [node for node in self.known.values() if short.startswith(f"{node}-")]
        return max(parts, key=len, default=short)


def graph_of(binary, where):
    run = subprocess.run([binary, "graph", str(where)], capture_output=True, text=True)
    if not run.stdout.startswith("{"):
        return None, run.stderr.strip() or run.stdout.strip()
    edges, components = set(), set()
    for stack in json.loads(run.stdout)["stacks"]:
        kinds = {one["id"]: one["kind"] for one in stack["components"]}
        components |= set(kinds)
        for dependency in stack["dependencies"]:
            edges.add((dependency["from"], dependency["to"], dependency.get("confidence", "")))
    return (edges, components), None


def sorts_of(root):
    """The ways an application is deployed: its folders by what lies in them."""
    files = [path for path in root.rglob("*") if path.is_file()]
    manifests = [f for f in files if f.suffix in (".yaml", ".yml")]
    compose = [f for f in manifests if re.search(r"compose", f.name)]
    charts = [f for f in files if f.name == "Chart.yaml"]
    helm = [f for f in manifests if any(f.is_relative_to(c.parent) for c in charts)]
    plain = [f for f in manifests if f not in compose and f not in helm]
    return {"kubernetes": plain, "compose": compose, "helm": [c.parent for c in charts]}


def compare(binary, folder, only_show):
    truth = json.loads((folder / "callgraph.json").read_text())
    names = Names(truth)
    true = {(names.of(a), names.of(b)) for a, b in truth["edges"]}
    also = {(names.of(a), names.of(b)) for a, b in truth["extra_true"] + truth["disputed"]}
    ignored = {names.of(node) for node in truth["ignore_targets"]}
    drawn = {names.of(node) for node in truth["nodes"]}
    rows = []
    for sort, files in sorts_of(folder / "manifests").items():
        if not files:
            continue
        wheres = files if sort != "kubernetes" else [None]
        found, components = set(), set()
        with tempfile.TemporaryDirectory() as scratch:
            for where in wheres:
                if where is None:
                    # As whoever applies it does: all of it.
                    base = folder / "manifests"
                    for file in files:
                        target = pathlib.Path(scratch) / file.relative_to(base)
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_text(file.read_text())
                    where = scratch
                graph, problem = graph_of(binary, where)
                if graph is None:
                    rows.append((folder.name, sort, None, problem))
                    continue
                found |= graph[0]
                components |= graph[1]
        pairs = {}
        for a, b, confidence in found:
            pair = (names.of(a), names.of(b))
            # What only follows from where something runs or what it stores is no call.
            if pair[0] != pair[1] and pair[1] not in ignored:
                pairs.setdefault(pair, (a, b, confidence))
        calls = {pair: raw for pair, raw in pairs.items() if not raw[1].startswith(("PersistentVolumeClaim/",)) and raw[1] != "host"
                 and not raw[0].startswith(("Ingress/", "Gateway/", "Job/"))}
        right = set(calls) & true
        # What a drawing leaves out it says nothing about.
        wrong = {pair for pair in calls if drawn.issuperset(pair)} - true - also
        precision = len(right) / (len(right) + len(wrong)) if right or wrong else None
        recall = len(right) / len(true)
        rows.append((folder.name, sort, (precision, recall, len(right), len(wrong), len(true)), None))
        if only_show:
            print(f"--- {folder.name} ({sort})")
            for pair in sorted(wrong):
                print("  wrong: ", *calls[pair])
            for pair in sorted(true - set(calls)):
                print("  missed:", *pair)
    naive = truth["naive_baseline"]
    return rows, naive


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default=str(HERE / "target/debug/foreshock"))
    parser.add_argument("--corpus", type=pathlib.Path, default=HERE.parent / "shared/corpus/yaml")
    parser.add_argument("--only")
    parser.add_argument("--show", action="store_true", help="every wrong and every missed edge")
    arguments = parser.parse_args()
    if not arguments.corpus.is_dir():
        print(f"skipped: there are no applications in {arguments.corpus}")
        return 0
    print(f"{'application':24} {'deployed by':12} {'precision':>9} {'recall':>7}   naive precision/recall")
    for folder in sorted(path.parent for path in arguments.corpus.glob("*/callgraph.json")):
        if arguments.only and arguments.only != folder.name:
            continue
        rows, naive = compare(arguments.binary, folder, arguments.show)
        for name, sort, figures, problem in rows:
            if figures is None:
                print(f"{name:24} {sort:12} {problem.splitlines()[0] if problem else 'nothing read'}")
                continue
            precision, recall, right, wrong, true = figures
            shown = "-" if precision is None else f"{precision:.3f}"
            of = {"kubernetes": "k8s", "compose": "compose", "helm": "helm"}[sort]
            base = [f"{key}: {value.get('precision')}/{value.get('recall')}" for key, value in naive.items() if of in key]
            print(f"{name:24} {sort:12} {shown:>9} {recall:7.3f}   {right} right, {wrong} wrong of {true}; {'; '.join(base)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

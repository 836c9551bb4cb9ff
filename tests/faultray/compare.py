#!/usr/bin/env python3
"""Foreshock beside FaultRay, on the same systems: processor time, scenarios, score.

    pip install faultray                       # in an environment of its own; it is only run, never read from here
    cargo build --release
    python3 tests/faultray/compare.py [--foreshock target/release/foreshock] [--runs 5]

The systems are the templates of the installed package, the bookshop beside this file, and layered systems made here. Each
is written by FaultRay as its model JSON, which both programs read. The time is that of the processor, user and system, of the whole
command; the median of the runs counts. First the defaults in server/frontends/infra/data/faultray.toml are compared with those of the
package: the exit code is 1 when they differ. Without the package it says so and ends with 0.
"""

import argparse
import datetime
import importlib.metadata
import json
import logging
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

try:
    import yaml
    from faultray.model import components
    from faultray.model.loader import load_yaml
    import faultray
except ImportError as missing:
    print(f"skipped: {missing}; pip install faultray to compare with it")
    sys.exit(0)


def differences():
    """Where the table of defaults is not what the package writes."""
    table = tomllib.loads((ROOT / "server/frontends/infra/data/faultray.toml").read_text())
    # Of its repository, not yet of the package.
    newer = {"owner", "created_by", "last_modified", "last_executed", "documentation_url", "source_url", "lifecycle_status"}
    component = components.Component(id="a", name="a", type="custom").model_dump(mode="json")
    dependency = components.Dependency(source_id="a", target_id="b").model_dump(mode="json")

    def walk(ours, theirs, at):
        for key, value in ours.items():
            if key not in theirs:
                if key not in newer:
                    yield f"{at}.{key} is not written by the package"
            elif isinstance(value, dict):
                yield from walk(value, theirs[key], f"{at}.{key}")
            elif value != theirs[key]:
                yield f"{at}.{key} is {theirs[key]}, not {value}"

    yield from walk(table["component"], component, "component")
    yield from walk(table["dependency"], dependency, "dependency")
    for sort, written in (("component", component), ("dependency", dependency)):
        for key in table["record"][sort]:
            if key not in written:
                yield f"the mark {key} of a {sort} is not written by the package"


def layered(layers, width):
    """Each component needs two of the layer below."""
    kinds = ["load_balancer", "web_server", "app_server", "app_server", "database"]
    name = lambda layer, at: f"l{layer}-{at % width}"
    return {
        "schema_version": "4.0",
        "components": [
            {"id": name(layer, at), "type": kinds[min(layer, 4)], "replicas": 1 + at % 3}
            for layer in range(layers)
            for at in range(width)
        ],
        "dependencies": [
            {"source": name(layer, at), "target": name(layer + 1, at + step)}
            for layer in range(layers - 1)
            for at in range(width)
            for step in (0, 1)
        ],
    }


def systems(directory):
    """Names and files of infrastructure YAML."""
    yield "bookshop (beside this file)", HERE / "bookshop.yaml"
    for file in sorted((Path(faultray.__file__).parent / "templates").glob("*.yaml")):
        yield f"template {file.stem}", file
    for layers, width in ((5, 10), (5, 40)):
        file = directory / f"layered-{layers * width}.yaml"
        file.write_text(yaml.safe_dump(layered(layers, width)))
        yield f"layered, {layers * width} components", file


def measured(command, runs, directory):
    """The median processor time in seconds, and what the last run printed."""
    times = []
    for _ in range(runs):
        with tempfile.TemporaryFile(dir=directory) as out, open(os.devnull, "wb") as nowhere:
            process = subprocess.Popen(command, stdout=out, stderr=nowhere, cwd=directory)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1):
                return None, None
            times.append(used.ru_utime + used.ru_stime)
            out.seek(0)
            printed = out.read()
    return statistics.median(times), json.loads(printed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--foreshock", default=str(ROOT / "target/release/foreshock"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    wrong = list(differences())
    for difference in wrong:
        print(f"defaults: {difference}")
    version = importlib.metadata.version("faultray")
    print(f"the defaults of faultray {version}: {'as in the table' if not wrong else f'{len(wrong)} differ'}\n")
    theirs = Path(sys.executable).with_name("faultray")
    theirs = str(theirs) if theirs.exists() else shutil.which("faultray")
    if not theirs or not Path(options.foreshock).exists():
        print(f"skipped: the times, which need {options.foreshock} and the command faultray")
        return 1 if wrong else 0
    print(f"{datetime.date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, faultray {version}, median of {options.runs}\n")
    print("| system | components | FaultRay: scenarios | processor | Foreshock: scenarios | processor | FaultRay takes |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        directory = Path(directory)
        for name, file in systems(directory):
            model = directory / "model.json"
            graph = load_yaml(file)
            graph.save(model)
            # The same file lies in no repository, so that neither looks for a base or a configuration.
            slow, report = measured([theirs, "simulate", "--model", str(model), "--json"], options.runs, directory)
            quick, swept = measured([options.foreshock, "simulate", str(model), "--format", "json"], options.runs, directory)
            if slow is None or quick is None:
                print(f"| {name} | {len(graph.components)} | one of the two ended with an error | | | | |")
                continue
            run = swept["stacks"][0]["scenarios"]["run"]
            generated = report.get("total_generated", report["total_scenarios"])
            cut = f" of {generated:,}" if generated != report["total_scenarios"] else ""
            ratio = slow / quick
            print(
                f"| {name} | {len(graph.components)} | {report['total_scenarios']:,}{cut} | {slow:.2f} s "
                f"| {run:,} | {quick:.3f} s | {ratio:.0f} times as long |",
                flush=True,
            )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

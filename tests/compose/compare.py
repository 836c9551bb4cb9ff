#!/usr/bin/env python3
"""Compares what Foreshock puts together of Compose projects with what `docker-compose config` does.

    apt-get install docker-compose                          # 1.29.2, which needs no engine for this
    cargo build -p foreshock-compose --example config
    python3 tests/compose/compare.py docker-compose [CONFIG] [FILE...]

The cases stand in `cases.yaml` beside this file; files are compared as they are. Compared of each service are its image, its
variables, whom it depends on, its networks and its restarts. What that version does not know (`include`, `!reset`, `!override`) is
held by the tests of the crate. Needs PyYAML.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent


def theirs(program, file):
    # A file that is named reads no other: only the names that it looks for by itself do.
    named = [] if file.name in ("docker-compose.yml", "docker-compose.yaml") else ["-f", file.name]
    done = subprocess.run([program, *named, "config"], cwd=file.parent, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
    if done.returncode:
        return None, done.stderr.strip()
    read = yaml.safe_load(done.stdout)
    services = {}
    for name, service in (read.get("services") or {}).items():
        needs = service.get("depends_on") or {}
        needs = {need: None for need in needs} if isinstance(needs, list) else {
            need: None if how.get("condition") == "service_started" else how.get("condition") for need, how in needs.items()
        }
        services[name] = {
            "image": service.get("image"),
            "restart": service.get("restart"),
            "networks": None if "network_mode" in service else sorted(service.get("networks") or ["default"]),
            # `config` writes a dollar as two, so that its own output can be read again.
            "environment": {key: None if value is None else str(value).replace("$$", "$") for key, value in (service.get("environment") or {}).items()},
            "depends_on": needs,
        }
    return services, None


def ours(program, file):
    done = subprocess.run([str(program), str(file)], capture_output=True, text=True)
    services = json.loads(done.stdout)
    for service in services.values():
        service["networks"] = service["networks"] and sorted(service["networks"])
        service["depends_on"] = {need: None if how == "service_started" else how for need, how in service["depends_on"].items()}
        service["environment"] = {key: "" if isinstance(value, dict) else value for key, value in service["environment"].items()}
    return services


def compare(name, program, config, file):
    expected, refused = theirs(program, file)
    if refused is not None:
        print(f"{name}: not compared, docker-compose refuses it ({refused.splitlines()[0][:100]})")
        return "refused"
    found = ours(config, file)
    # Which profiles there are is for whoever starts it to say: `config` writes all services, whatever was chosen.
    left_out = {one for one in expected if one not in found} if "profiles" in file.read_text() else set()
    lines = [f"  only docker-compose has {one}" for one in sorted(set(expected) - set(found) - left_out)]
    lines += [f"  only here is {one}" for one in sorted(set(found) - set(expected))]
    for one in sorted(set(expected) & set(found)):
        # A variable that nobody has written down is nothing to the one, and not known to the other.
        expected[one]["environment"] = {
            key: value for key, value in expected[one]["environment"].items() if value != "" or key in found[one]["environment"]
        }
        for field, value in expected[one].items():
            if found[one][field] != value:
                lines.append(f"  {one}.{field}: docker-compose {json.dumps(value)[:160]}, here {json.dumps(found[one][field])[:160]}")
    print(f"{name}: {len(expected)} services, {'the same' if not lines else 'DIFFERENT'}")
    for line in lines[:12]:
        print(line)
    return "wrong" if lines else "same"


def main():
    if len(sys.argv) < 2:
        print("skipped: no program `docker-compose` was given")
        return 0
    program = sys.argv[1]
    config = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parents[1] / "target/debug/examples/config"
    counts = {}
    for case in yaml.safe_load_all((HERE / "cases.yaml").read_text()):
        with tempfile.TemporaryDirectory() as scratch:
            for path, text in case["files"].items():
                (pathlib.Path(scratch) / path).write_text(text)
            result = compare(case["name"], program, config.resolve(), pathlib.Path(scratch) / "docker-compose.yml")
            counts[result] = counts.get(result, 0) + 1
    for file in sys.argv[3:]:
        result = compare(file, program, config.resolve(), pathlib.Path(file).resolve())
        counts[result] = counts.get(result, 0) + 1
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    return int("wrong" in counts)


if __name__ == "__main__":
    sys.exit(main())

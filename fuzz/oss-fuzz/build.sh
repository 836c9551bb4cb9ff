#!/bin/bash -eu
# Every target with a seed corpus of our fixtures.
cargo fuzz build -O --debug-assertions
for target in $(cargo fuzz list); do
  cp "fuzz/target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
  fuzz/seeds.sh "$target" "$WORK/$target"
  zip -jqr "$OUT/${target}_seed_corpus.zip" "$WORK/$target"
done

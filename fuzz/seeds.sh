#!/usr/bin/env bash
# The texts that a target begins with: our fixtures in its language.   fuzz/seeds.sh TARGET DIRECTORY
set -euo pipefail
target=$1 out=$2
cd "$(dirname "$0")/.."
mkdir -p "$out"
case $target in
  hcl | terraform) sources=(fixtures/shop/*.tf fixtures/apply/*.tf server/catalog/tests/types/*.tf) ;;
  edits) sources=(fixtures/shop/*.tf) ;;
  hcl_json) sources=(fixtures/*.json editors/vscode/package.json) ;;
  plan) sources=(server/claims/tests/*.json) ;;
  yaml | infra) sources=(fixtures/*.yaml fixtures/kubernetes/*.yaml) ;;
  cloudformation | compose) sources=(fuzz/seeds/$target.yaml fixtures/*.yaml) ;;
  *) sources=(fixtures/kubernetes/*.yaml fixtures/*.yaml) ;;
esac
for source in "${sources[@]}"; do
  cp "$source" "$out/${source//\//-}"
done
echo "$target: $(ls "$out" | wc -l) texts in $out"

# Sourced by nvim.sh and vscode.sh: where the editors, the server and the stack are.
#   FORESHOCK_SERVER   the binary under test, default target/release/foreshock
#   FORESHOCK_EDITORS  what install.sh made, default .cache/editors

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
editors=${FORESHOCK_EDITORS:-$repo/.cache/editors}
server=${FORESHOCK_SERVER:-$repo/target/release/foreshock}

fail_setup() { echo "setup: $*" >&2; exit 2; }

[ -x "$server" ] || fail_setup "no server at $server; run: cargo build --release"
server=$(realpath "$server")

work=$(mktemp -d "${TMPDIR:-/tmp}/foreshock-editors.XXXXXX")
finish() { rm -rf "$work"; }
trap finish EXIT

# Two environments that share a module, with a foreshock.toml.
new_environments() {
  mkdir -p "$work/$1"
  cp -r "$repo"/fixtures/environments/. "$work/$1/"
  echo "$work/$1"
}

# Fresh copies: the tests edit the stack, and an editor must not find a repository above it.
new_stack() {
  mkdir -p "$work/$1"
  cp "$repo"/fixtures/shop/*.tf "$repo"/fixtures/checkout.yaml "$work/$1/"
  # YAML that is none of ours, and broken.
  printf 'web: {image: nginx\n' >"$work/$1/values.yaml"
  mkdir "$work/$1/k8s"
  cp "$repo"/fixtures/kubernetes/shop.yaml "$work/$1/k8s/"
  echo "$work/$1"
}

# Another shop in a git repository, as apply_walk.json walks through it.
new_applied() {
  mkdir -p "$work/$1"
  cp "$repo"/fixtures/apply/main.tf "$work/$1/"
  git -C "$work/$1" init -q -b main .
  git -C "$work/$1" add .
  git -C "$work/$1" -c user.name=foreshock -c user.email=foreshock@example.com commit -qm 'The shop'
  echo "$work/$1"
}

# The shop in a git repository, with a standby for its database in the last commit.
new_repository() {
  new_stack "$1" >/dev/null
  sed -i 's/^\( *multi_az *= \)false.*/\1true/' "$work/$1/rds.tf"
  git -C "$work/$1" init -q -b main .
  git -C "$work/$1" add .
  git -C "$work/$1" -c user.name=foreshock -c user.email=foreshock@example.com commit -qm 'The shop'
  echo "$work/$1"
}

# The shop in a git repository, committed with its risks: nothing is new.
new_old_risks() {
  new_stack "$1" >/dev/null
  git -C "$work/$1" init -q -b main .
  git -C "$work/$1" add .
  git -C "$work/$1" -c user.name=foreshock -c user.email=foreshock@example.com commit -qm 'The shop'
  echo "$work/$1"
}

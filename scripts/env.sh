# shellcheck shell=bash disable=SC2034
# Sourced by every script: paths, PATH, and helpers for output.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/target/tools
cd "$root" || exit

# Tools that scripts/setup installed for this checkout, then npm's, then the system's.
export PATH="$tools/bin:$root/node_modules/.bin:$PATH"

# The scripts expect build output in target/. The browser part has its own target directory, so that its
# builds and the server's do not wait for each other's lock.
export CARGO_TARGET_DIR="$root/target"
front=$root/target/front

# Flags for compiling the browser part.
browser_build=(--locked --lib --target wasm32-unknown-unknown --profile wasm-release --no-default-features --features hydrate)
# Panic messages contain source paths: remap them, so that they do not reveal the build directory and builds
# are reproducible.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=$root=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The directory of a complete set of PostgreSQL server programs. Symlinks in PATH are resolved, because the
# server finds its files relative to its real location.
postgres_bin() {
  local initdb dir
  for initdb in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
    [ -x "$initdb" ] || continue
    dir=$(dirname "$(realpath "$initdb")")
    if [ -x "$dir/postgres" ] && [ -x "$dir/pg_ctl" ]; then
      echo "$dir"
      return
    fi
  done
  return 1
}

# The browser of the end-to-end tests: CHROMIUM_PATH or CHROMIUM if set, else an installed one.
chromium_path() {
  local name
  for name in "${CHROMIUM_PATH:-}" "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$name" ] && command -v "$name"; then
      return
    fi
  done
  return 1
}

# The program under test in the outer tests: the debug build by default (`make test-release` sets another).
program=${DUO_CONSOLE_BIN:-$root/target/debug/duo-console}
need_program() {
  [ -x "$program" ] || die "$program is not there: cargo build --locked"
}

# Serves the small demo data from a temporary database until the script ends: at $address, in the folder $place.
start_demo_server() {
  need_program
  place=$(mktemp -d)
  trap 'kill "$server" 2>/dev/null || true; rm -rf "$place"' EXIT
  export DATABASE_URL=sqlite://$place/duo.db
  touch "$place/said" # it is looked into before the server may have begun
  "$program" demo --small >/dev/null
  DUO_CHAT_SIGNING_SECRET=0123456789abcdef0123456789abcdef "$program" serve --demo --listen 127.0.0.1:0 --log warn \
    --api-rate-per-minute 0 --api-anonymous-rate-per-minute 0 >"$place/said" 2>"$place/log" &
  server=$!
  address=
  for _ in $(seq 100); do
    address=$(sed -n 's/^Duo Console: //p' "$place/said")
    [ -z "$address" ] || return 0
    sleep 0.1
  done
  die "the server did not start: $(cat "$place/log")"
}

# demo_token USER: prints a token with all scopes.
demo_token() {
  local scopes=(--scope read_decisions --scope read_settings --scope write_settings --scope give_consent
    --scope manage_flow_versions --scope manage_groups --scope manage_users)
  "$program" token create --user "$1" --name test "${scopes[@]}" 2>/dev/null
}

# Asserts that the server is still running and logged no errors.
server_is_well() {
  kill -0 "$server" || die "the server ended: $(cat "$place/log")"
  if grep -i 'panicked\|ERROR' "$place/log"; then
    die "the server's log has errors"
  fi
}

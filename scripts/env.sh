# shellcheck shell=bash disable=SC2034
# Sourced by every script here: where things are, which tools come first, and how scripts speak.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/target/tools
cd "$root" || exit

# Tools that scripts/setup made for this checkout, then those from npm, then the system's.
export PATH="$tools/bin:$root/node_modules/.bin:$PATH"

# The scripts name files under target/, so that is where cargo has to put them. The browser part has a
# directory of its own: its builds and the server's never wait for each other.
export CARGO_TARGET_DIR="$root/target"
front=$root/target/front

# How the browser part is compiled, wherever it is.
browser_build=(--locked --lib --target wasm32-unknown-unknown --profile wasm-release --no-default-features --features hydrate)
# Panic messages name source files: shipped to every visitor, they should not tell where we build, and
# the same sources should give the same bytes everywhere.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=$root=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The directory of a complete set of PostgreSQL server programs. They are looked for behind the links
# in PATH, because the server finds its own files from where it really lies.
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

# The browser of the end-to-end tests: CHROMIUM_PATH or CHROMIUM where set, else what is installed.
chromium_path() {
  local name
  for name in "${CHROMIUM_PATH:-}" "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$name" ] && command -v "$name"; then
      return
    fi
  done
  return 1
}

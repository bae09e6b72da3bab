#!/usr/bin/env bash
# Writes what the SDKs have from the API anew: their models, types and operations. For whoever has changed the API.
# Starts the server that was built last, on a free port with a folder of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
need_python
have npm || die "npm is missing" "install Node.js 20 or later"
cargo build --locked --package callwright
data=$(mktemp -d)
port=$(free_port)
CALLWRIGHT_LISTEN="127.0.0.1:$port" CALLWRIGHT_DATA_DIR="$data" CALLWRIGHT_PYTHON=false CALLWRIGHT_LOG=error \
  "${CARGO_TARGET_DIR:-target}/debug/callwright" serve >/dev/null &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
  ! python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/readyz')" 2>/dev/null || break
  sleep 0.1
done
python3 sdks/python/generate.py "http://127.0.0.1:$port/openapi.json"
[ -d sdks/typescript/node_modules ] || npm ci --prefix sdks/typescript --no-audit --no-fund --loglevel=error >/dev/null
node sdks/typescript/generate.mjs "http://127.0.0.1:$port/openapi.json"
say "the SDKs fit the API"

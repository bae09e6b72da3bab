#!/usr/bin/env bash
# Tries the examples for n8n in a real n8n, both ways. No part of `make test`: n8n takes 2.8 GB and several minutes to
# install. Usage: scripts/try-n8n.sh, after `cargo build`. It needs npm, Python 3, a C++ compiler and the headers of some
# Node (NODE_HEADERS, /usr unless said otherwise): SQLite's driver is built here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

version=2.41.1 # 2.41.3 names a package that was not published (@n8n/agents 0.26.2)
node_version=24.21.0
callwright="${CARGO_TARGET_DIR:-target}/debug/callwright"
[ -x "$callwright" ] || die "$callwright is missing" "cargo build --locked"
have npm || die "npm is missing" "install Node.js 20 or later"
need_python

dir="$cache/n8n-$version"
if [ ! -e "$dir/ready" ]; then
  say "installing n8n $version (npm, 2.8 GB)"
  mkdir -p "$dir/node"
  npm install --prefix "$dir/node" --no-audit --no-fund --loglevel=error "node@$node_version" >/dev/null
  # Programs of hundreds of packages are not run; what n8n needs of them comes built or is built here.
  npm install --prefix "$dir" --omit=dev --no-audit --no-fund --ignore-scripts --loglevel=error "n8n@$version" >/dev/null
  gyp=$(find "$(npm root --global)/npm" "$dir/node_modules" -path '*node-gyp/bin/node-gyp.js' 2>/dev/null | head -n 1)
  (cd "$dir/node_modules/sqlite3" && node "$gyp" rebuild --nodedir="${NODE_HEADERS:-/usr}" >/dev/null 2>&1) ||
    die "SQLite's driver for Node could not be built" "name a folder with include/node/node_api.h in NODE_HEADERS"
  touch "$dir/ready"
fi

work=$(mktemp -d)
pids=()
end() {
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  sleep 1
  rm -rf "$work"
}
trap end EXIT

ours=$(free_port) theirs=$(free_port) broker=$(free_port)
token="cw_$(python3 -c 'import secrets; print(secrets.token_hex(16))')"
export CALLWRIGHT_LISTEN="127.0.0.1:$ours" CALLWRIGHT_URL="http://127.0.0.1:$ours" CALLWRIGHT_DATA_DIR="$work/data"
export CALLWRIGHT_BOOTSTRAP_TOKEN="$token" CALLWRIGHT_TOKEN="$token" CALLWRIGHT_OUTBOUND_ALLOW=127.0.0.0/8
export N8N_USER_FOLDER="$work" N8N_PORT="$theirs" N8N_LISTEN_ADDRESS=127.0.0.1 N8N_RUNNERS_BROKER_PORT="$broker"
export N8N_DIAGNOSTICS_ENABLED=false N8N_VERSION_NOTIFICATIONS_ENABLED=false N8N_TEMPLATES_ENABLED=false
n8n() { "$dir/node/node_modules/node/bin/node" "$dir/node_modules/n8n/bin/n8n" "$@"; }
# wait_for WHAT COMMAND...: until it succeeds.
wait_for() {
  local what=$1
  shift
  for _ in $(seq 120); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 1
  done
  die "$what did not happen within two minutes" "$(tail -n 5 "$work"/*.log)"
}
# has TEXT COMMAND...: whether its output has the text.
has() {
  local text=$1
  shift
  "$@" 2>&1 | grep -qF -- "$text"
}

say "Callwright"
"$callwright" serve >"$work/callwright.log" 2>&1 &
pids+=($!)
wait_for "Callwright's start" has ok python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$ours/readyz'); print('ok')"
printf 'a-word-of-our-own' | "$callwright" secret set N8N_TOKEN
"$callwright" template use n8n_workflow --name check_order --set effect=read --set purpose="Looks an order up." \
  --set "url=http://127.0.0.1:$theirs/webhook/callwright"
"$callwright" template use n8n_workflow --name report --set callback=true --set purpose="Makes a report." \
  --set "url=http://127.0.0.1:$theirs/webhook/callwright-late"
# What n8n starts here: a tool that asks this server itself, so that nothing else is needed.
python3 - "$ours" "$token" <<'PYTHON'
import json, sys, urllib.request

base, text = f"http://127.0.0.1:{sys.argv[1]}", {"type": "string"}
tool = {
    "name": "create_lead", "kind": "http", "effect": "write", "config": {"method": "GET", "url": f"{base}/readyz"},
    "parameters": {"type": "object", "properties": {"email": text, "name": text}},
}
headers = {"Authorization": f"Bearer {sys.argv[2]}", "Content-Type": "application/json"}
urllib.request.urlopen(urllib.request.Request(f"{base}/api/v1/tools", json.dumps(tool).encode(), headers))
PYTHON
secret=$("$callwright" hook add --slug crm-updates --tool create_lead)

say "n8n $version: the files are imported"
python3 - "$work" "$secret" "http://127.0.0.1:$ours" <<'PYTHON'
import json, pathlib, sys

work, secret, ours = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
header = lambda id, name, word: {
    "id": id, "name": name, "type": "httpHeaderAuth", "data": {"name": "Authorization", "value": f"Bearer {word}"}
}
words = [header("callwright-in", "From Callwright", "a-word-of-our-own"), header("callwright", "Callwright", secret)]
(work / "credentials.json").write_text(json.dumps(words))
(work / "flows").mkdir()
for file in pathlib.Path("examples/automation/n8n").glob("*.json"):
    text = file.read_text().replace("https://callwright.example.com", ours)
    (work / "flows" / file.name).write_text(text)
PYTHON
n8n import:credentials --input="$work/credentials.json" >"$work/import.log" 2>&1
n8n import:workflow --separate --input="$work/flows" >>"$work/import.log" 2>&1
for id in callwrightCallsN callwrightLateAn; do
  n8n publish:workflow --id="$id" >>"$work/import.log" 2>&1
done
n8n start >"$work/n8n.log" 2>&1 &
pids+=($!)

say "Callwright calls n8n"
wait_for "an answer of n8n" has 'Order A-17 was shipped' "$callwright" tool call check_order --arg order_number=A-17
"$callwright" tool call check_order --arg order_number=A-17

say "n8n answers late (after 30 s)"
answer=$("$callwright" tool call report --arg order_number=A-17 --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["execution_id"])')
outcome() {
  python3 -c "import urllib.request as u; print(u.urlopen(u.Request('http://127.0.0.1:$ours/api/v1/executions/$answer/answer', headers={'Authorization': 'Bearer $token'})).read().decode())"
}
wait_for "the late answer" has 'The report on order A-17 is ready' outcome
outcome

say "n8n calls Callwright, and waits for it"
for id in n8nCallsCallwrig n8nWaitsCallwrig; do
  N8N_RUNNERS_BROKER_PORT=$(free_port) n8n execute --id="$id" >"$work/$id.log" 2>&1 || die "$id failed" "$(tail -n 20 "$work/$id.log")"
done
wait_for "two calls of the hook" has 2 sh -c "'$callwright' hook show crm-updates | grep -c 'create_lead  done'"
"$callwright" hook show crm-updates | tail -n 3
python3 - "$work/.n8n/database.sqlite" <<'PYTHON'
import sqlite3, sys, time

for _ in range(60):
    with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as base:
        rows = base.execute("SELECT workflowId, status FROM execution_entity ORDER BY id").fetchall()
    if rows and all(status == "success" for _, status in rows):
        break
    time.sleep(1)
for workflow, status in rows:
    print(f"{workflow}: {status}")
sys.exit(any(status != "success" for _, status in rows))
PYTHON
say "all of it works with n8n $version"

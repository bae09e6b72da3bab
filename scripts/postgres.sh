# shellcheck shell=sh
# Runs a PostgreSQL of its own until standard input closes, then takes it away again.
#
#   sh postgres.sh BINARIES PORT
#
# Prints `started` once the cluster is made and the server is on its way; it then still takes a moment to answer.
# Who starts this holds the other end of standard input: however that process ends, the kernel closes it, so the
# server cannot be left behind. Not for root: initdb refuses that. Durability is off; it is for tests.
set -eu
binaries=$1
port=$2
dir=$(mktemp -d "${TMPDIR:-/tmp}/callwright-postgres.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$binaries/initdb" -D "$dir/data" -U callwright -A trust -E UTF8 --locale=C -N >"$dir/initdb.log" 2>&1 || {
  cat "$dir/initdb.log" >&2
  exit 1
}
"$binaries/postgres" -D "$dir/data" -p "$port" -k "$dir" -c listen_addresses=127.0.0.1 -c max_connections=400 \
  -c shared_buffers=64MB -c fsync=off -c full_page_writes=off >"$dir/log" 2>&1 &
server=$!
echo started
read -r _ || true
kill -INT "$server" 2>/dev/null || true
wait "$server" || true

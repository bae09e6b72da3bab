#!/usr/bin/env bash
# Everything that must hold, in one run: form, lints, and the tests on SQLite and PostgreSQL alike.
# Installs what it lacks (Debian packages only as root), starts PostgreSQL itself and stops it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
need_python
need_postgres
need_schemathesis
need_emulate
need_elevenlabs
need_automation
need_sdks
need_mcp_client
need_mcp

began=$(date +%s)
say "form (cargo fmt)"
cargo fmt --all --check

say "lints (cargo clippy)"
cargo clippy --workspace --all-targets --locked -- -D warnings

say "the Python sandbox's machine code (once for each state of the snapshot)"
cargo test --workspace --locked --no-run --quiet
"${CARGO_TARGET_DIR:-target}/debug/callwright" python prepare --dir "${CARGO_TARGET_DIR:-target}/debug/python"

say "tests (cargo test), on SQLite and PostgreSQL"
start_postgres
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
cargo test --workspace --locked --no-fail-fast "$@" 2>&1 | tee "$log" || failed=$?

# `cargo test` counts each program by itself; this is the sum, and the line that counts.
say "summary after $(($(date +%s) - began)) s"
grep -E '^test .* FAILED$|^    .* \(line [0-9]+\).* FAILED$' "$log" | sort -u || true
awk '/^test result:/ { passed += $4; failed += $6; skipped += $8 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$log"
exit "$failed"

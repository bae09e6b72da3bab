#!/usr/bin/env bash
# Builds the server and runs it on SQLite in ./data. Arguments go to `callwright serve`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
# The profile `quick`: fast enough to judge by, and far quicker to build than a release.
cargo build --profile quick --locked -p callwright
"${CARGO_TARGET_DIR:-target}/quick/callwright" python prepare
exec "${CARGO_TARGET_DIR:-target}/quick/callwright" serve "$@"

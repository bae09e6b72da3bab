#!/usr/bin/env bash
# Builds the release binary and measures the call path beside a bare proxy. Arguments go to the benchmark.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
cargo build --release --locked -p callwright
binary=$(realpath "${CARGO_TARGET_DIR:-target}/release/callwright")
cargo run --release --locked --manifest-path benches/Cargo.toml -- run --binary "$binary" "$@"

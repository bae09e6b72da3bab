#!/usr/bin/env bash
# Form and lints only: the quick look before a commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings

#!/usr/bin/env bash
# Makes the sandbox's frozen Python anew: crates/pybox/snapshot/{python.wasm.zst,library.zst,modules.txt}.
# Needed only after a change there (its README says when). About 15 minutes of CPU from cold.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
need_python
site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT
say "fetching the packages (PyPI)"
python3 -m pip install --quiet --disable-pip-version-check --target "$site" --no-deps --require-hashes \
  --only-binary=:all: --python-version 3.14 --platform any --implementation py \
  --requirement crates/pybox/snapshot/requirements.txt
say "building the builder and making the snapshot"
# eryx declares a newer compiler than it needs (ADR 0015).
cd crates/pybox/snapshot
CARGO_TARGET_DIR="${SNAPSHOT_TARGET_DIR:-$cache/snapshot-target}" \
  cargo run --release --locked --ignore-rust-version -- "$site" .
# A test compares this with the sources: whoever changes them without this script is told.
LC_ALL=C
cat guest/*.py src/guest.rs requirements.txt | sha256sum | cut -c 1-64 >sources.sha256
ls -l python.wasm.zst library.zst modules.txt

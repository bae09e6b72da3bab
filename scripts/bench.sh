#!/usr/bin/env bash
# Builds the release binary and measures the call path beside a bare proxy. Arguments go to the benchmark.
# `scripts/bench.sh runs` measures runs of agents (`--python` names one with the peers, `--postgres` a database).
# `scripts/bench.sh python` measures the Python sandbox beside a `python3` process and RestrictedPython instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
if [ "${1:-}" = python ]; then
  shift
  need_python
  list=benches/python/requirements.txt
  venv="$cache/venv-$(sha256sum "$list" | cut -c 1-12)"
  if [ ! -e "$venv/ready" ]; then
    say "installing RestrictedPython (PyPI)"
    rm -rf "$venv"
    if ! python3 -m venv "$venv" 2>/dev/null; then
      rm -rf "$venv"
      install_debian python3-venv
      python3 -m venv "$venv"
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$list"
    touch "$venv/ready"
  fi
  exec cargo run --release --locked --manifest-path benches/Cargo.toml --bin python -- \
    --dir "$target/python" run --python "$venv/bin/python" "$@"
fi
cargo build --release --locked -p callwright
if [ "${1:-}" = runs ]; then
  shift
  exec cargo run --release --locked --manifest-path benches/Cargo.toml --bin runs -- --binary "$target/release/callwright" "$@"
fi
cargo run --release --locked --manifest-path benches/Cargo.toml -- run --binary "$target/release/callwright" "$@"

#!/usr/bin/env bash
# Runs every fuzz target for a while: `scripts/fuzz.sh [SECONDS]`, 20 by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
have cargo-fuzz || cargo install cargo-fuzz --locked
# cargo-fuzz wants options that only a nightly compiler takes without this.
export RUSTC_BOOTSTRAP=1
# The sandbox's machine code, which a fuzzed compiler is slow to make.
CALLWRIGHT_PYTHON_DIR="${CALLWRIGHT_PYTHON_DIR:-$(realpath -m "${CARGO_TARGET_DIR:-target}")/python}"
export CALLWRIGHT_PYTHON_DIR
cd fuzz
for target in $(cargo fuzz list); do
  # What is referred to from a stack of the sandbox's own, LeakSanitizer takes for lost.
  leaks=1
  [ "$target" != python_values ] || leaks=0
  say "fuzzing $target for ${1:-20} s"
  cargo fuzz run "$target" -- -max_total_time="${1:-20}" -rss_limit_mb=4096 -detect_leaks="$leaks"
done

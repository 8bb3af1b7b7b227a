#!/usr/bin/env bash
# Runs every libFuzzer target of the preset fuzz for so many seconds, JOBS of them at a time.
#
#   cmake/fuzz.sh SECONDS
#
# New inputs go to build/fuzz/corpus/<target> and stay there for the next run; the kept corpus in tests/ is only read.  A crash
# leaves its input in build/fuzz/found: fix the decoder, then add the input to the kept corpus, where ctest replays it for good.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?seconds}
export seconds
[ -s build/fuzz/fuzz-targets ] || { echo "fuzz: there is no target" >&2; exit 1; }
mkdir -p build/fuzz/found

fuzz_one() { # PROGRAM KEPT_CORPUS
  local program=$1 kept=$2 name log
  name=$(basename "$program")
  log=build/fuzz/$name.log
  mkdir -p "build/fuzz/corpus/$name"
  echo "fuzz: $name for $seconds s"
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "$kept" >"$log" 2>&1 </dev/null || {
    tail -60 "$log" >&2
    echo "fuzz: $name failed; the input is in build/fuzz/found, repeat: $program FILE" >&2
    return 1
  }
  echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing found"
}
export -f fuzz_one

xargs -P "${JOBS:-2}" -L 1 bash -c 'fuzz_one "$@"' _ <build/fuzz/fuzz-targets
echo "fuzz: nothing found by $(wc -l <build/fuzz/fuzz-targets) targets, each for $seconds s"

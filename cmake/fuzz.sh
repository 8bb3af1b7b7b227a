#!/usr/bin/env bash
# Runs every libFuzzer target of the preset fuzz for an equal share of the time.
#
#   cmake/fuzz.sh SECONDS
#
# New inputs go to build/fuzz/corpus/<target> and stay there for the next run; the kept corpus in tests/ is only read.  A crash
# leaves its input in build/fuzz/found: fix the decoder, then add the input to the kept corpus, where ctest replays it for good.
set -euo pipefail
cd "$(dirname "$0")/.."

total=${1:?seconds}
mapfile -t targets <build/fuzz/fuzz-targets
((${#targets[@]})) || { echo "fuzz: there is no target" >&2; exit 1; }
share=$((total / ${#targets[@]}))
((share > 0)) || share=1
mkdir -p build/fuzz/found
for line in "${targets[@]}"; do
  program=${line%% *} kept=${line#* }
  name=$(basename "$program")
  mkdir -p "build/fuzz/corpus/$name"
  echo "fuzz: $name for $share s"
  log=build/fuzz/$name.log
  "$program" -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "$kept" >"$log" 2>&1 </dev/null || {
    tail -60 "$log" >&2
    echo "fuzz: $name failed; the input is in build/fuzz/found, repeat: $program FILE" >&2
    exit 1
  }
  grep -E 'number_of_executed_units|average_exec_per_sec' "$log" | sed 's/^/fuzz:   /'
done
echo "fuzz: nothing found by ${#targets[@]} targets in $total s"

#!/usr/bin/env bash
# The part of `make check` that reads sources.
#
#   cmake/check.sh format        every C++ file is as clang-format would write it (repair: cmake/check.sh format --fix)
#   cmake/check.sh tidy [all]    clang-tidy's allow-list on the .cc files that differ from the last commit, or on all
set -euo pipefail
cd "$(dirname "$0")/.."

sources() { git ls-files -co --exclude-standard -- 'src/*.cc' 'src/*.h' 'include/*.h' 'tests/*.cc' 'tests/*.h' 'cmake/*.cc'; }

format() {
  local files
  mapfile -t files < <(sources)
  ((${#files[@]})) || return 0
  mkdir -p build
  if [ "${1:-}" = --fix ]; then
    clang-format -i "${files[@]}"
  elif ! clang-format --dry-run --Werror "${files[@]}" 2>build/format.log; then
    # The first place in each file.
    grep -o '^[^ :]*:[0-9][0-9]*:[0-9]' build/format.log | cut -d: -f1,2 | sort -t: -u -k1,1 >&2
    echo "check: the format differs; cmake/check.sh format --fix repairs it" >&2
    return 1
  fi
  echo "check: ${#files[@]} files are formatted"
}

tidy() {
  local files
  if [ "${1:-}" = all ]; then
    mapfile -t files < <(sources | grep '[.]cc$')
  else
    mapfile -t files < <({
      git diff --name-only --diff-filter=d HEAD -- '*.cc'
      git ls-files -o --exclude-standard -- '*.cc'
    } | sort -u)
  fi
  # Only what the dev preset compiles: clang-tidy guesses flags for anything else.
  local known=() file
  for file in "${files[@]}"; do
    if grep -qF "/$file\"" build/dev/compile_commands.json; then known+=("$file"); fi
  done
  ((${#known[@]})) || {
    echo "check: no file to lint"
    return 0
  }
  # -Wno-unknown-warning-option: the compile commands are g++'s.
  printf '%s\0' "${known[@]}" |
    xargs -0 -n 1 -P "${JOBS:-2}" clang-tidy --quiet -p build/dev --extra-arg=-Wno-unknown-warning-option \
      --extra-arg=-Wno-gnu-statement-expression --extra-arg=-Wno-ambiguous-reversed-operator 2> >(
      grep -v 'warnings generated\|^Suppressed\|^Use -header-filter' >&2
    )
  echo "check: ${#known[@]} files are clean under clang-tidy"
}

case ${1:-} in
  format | tidy) "$@" ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2 && exit 64 ;;
esac

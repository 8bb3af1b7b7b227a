#!/usr/bin/env python3
"""Holds the instructions that a row costs, from its bytes in the binlog to its record, to counts.json.

    counts_test.py PROGRAM       PROGRAM is work_counts, built for release
    MILLRACE_RECORD=1 ...        writes counts.json anew

Callgrind counts the same on every machine, whatever else it is doing, but not for every compiler: the file says whose
counts it holds, and others are compared with a warning instead of a failure.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

EXPECTED = pathlib.Path(__file__).parent / "counts.json"
ROWS = 1000
MOST_GROWTH = 0.05


def compiler():
    return subprocess.run(["c++", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def count(program, work):
    ended = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_work*", program, work],
        capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", ended.stderr)
    if ended.returncode != 0 or not found:
        sys.exit(f"{work} can't be counted:\n{ended.stderr}{ended.stdout}")
    return round(int(found.group(1)) / ROWS)


def main():
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    counts = {work: count(sys.argv[1], work) for work in expected["instructions_a_row"]}
    if os.environ.get("MILLRACE_RECORD"):
        EXPECTED.write_text(json.dumps({"compiler": compiler(), "instructions_a_row": counts}, indent=2) + "\n",
                            encoding="utf-8")
        return
    grown = []
    for work, now in counts.items():
        before = expected["instructions_a_row"][work]
        print(f"{work}: {now} instructions a row, {before} recorded ({(now / before - 1) * 100:+.1f} %)")
        if now > before * (1 + MOST_GROWTH):
            grown.append(work)
        elif now < before * (1 - MOST_GROWTH):
            print(f"  fewer than recorded: MILLRACE_RECORD=1 {sys.argv[0]} keeps that")
    if grown and compiler() != expected["compiler"]:
        print(f"not compared: recorded with {expected['compiler']}")
    elif grown:
        sys.exit(f"grown by more than {MOST_GROWTH:.0%}: {', '.join(grown)}. If that is wanted, record it: "
                 f"MILLRACE_RECORD=1 {sys.argv[0]} {sys.argv[1]}")


if __name__ == "__main__":
    main()

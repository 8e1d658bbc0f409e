#!/usr/bin/env python3
"""Prints `passed failed skipped` of one test stage: count_tests.py EXIT_STATUS LOG.

Understands the closing lines of Swift Testing and pytest; any other stage counts as one test. A stage that failed
without a failed test (a crash, a time-out) counts as one failure.
"""

import re
import sys

SWIFT = re.compile(r"^. Test run with (\d+) tests? .*(passed|failed) after", re.MULTILINE)
SWIFT_FAILED = re.compile(r"^✘ Test (?!run with|case ).* failed after .* with \d+ (?:known )?issues?", re.MULTILINE)
SWIFT_SKIPPED = re.compile(r"^➜ Test .* skipped", re.MULTILINE)
PYTEST = re.compile(r"^=*\s*((?:\d+ [a-z]+,? ?)+) in [\d.]+s", re.MULTILINE)


def counts(status, log):
    """(passed, failed, skipped) of a stage that ended with `status` and printed `log`."""
    log = re.sub(r"\x1b\[[0-9;]*m", "", log)
    if runs := SWIFT.findall(log):
        failed, skipped = len(SWIFT_FAILED.findall(log)), len(SWIFT_SKIPPED.findall(log))
        passed = sum(int(total) for total, _ in runs) - failed - skipped
    elif summaries := PYTEST.findall(log):
        numbers = {word.rstrip("s"): int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", summaries[-1])}
        passed = numbers.get("passed", 0) + numbers.get("xpassed", 0)
        failed = numbers.get("failed", 0) + numbers.get("error", 0)
        skipped = numbers.get("skipped", 0) + numbers.get("xfailed", 0)
    else:
        passed, failed, skipped = (1, 0, 0) if status == 0 else (0, 1, 0)
    return passed, failed or int(status != 0), skipped


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8", errors="replace") as file:
        print(*counts(int(sys.argv[1]), file.read()))

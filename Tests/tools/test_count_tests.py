"""How ./test reads the closing lines of its runners."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from count_tests import counts  # noqa: E402

SWIFT_FAILED = """◇ Test run started.
➜ Test sk() skipped: "no"
✘ Test bad() recorded an issue at a.swift:2:59: Expectation failed: 1 == 2
✘ Test bad() failed after 0.001 seconds with 1 issue.
✔ Test ok() passed after 0.001 seconds.
✘ Test "named" with 3 test cases failed after 0.001 seconds with 1 issue.
✘ Suite S failed after 0.001 seconds with 2 issues.
✘ Test run with 4 tests in 1 suite failed after 0.001 seconds with 2 issues.
"""


@pytest.mark.parametrize(
    ("status", "log", "expected"),
    [
        (1, SWIFT_FAILED, (1, 2, 1)),
        (0, "✔ Test run with 12 tests in 3 suites passed after 0.4 seconds.\n", (12, 0, 0)),
        (0, "✔ Test run with 1 test in 0 suites passed after 0.4 seconds.\n", (1, 0, 0)),
        (0, "==== 5 passed, 2 skipped in 1.23s ====\n", (5, 0, 2)),
        (0, "22 passed in 2.05s\n", (22, 0, 0)),
        (1, "= 1 failed, 3 passed, 1 skipped, 2 warnings, 1 error in 61.05s (0:01:01) =\n", (3, 2, 1)),
        (0, "some other tool\n", (1, 0, 0)),
        (1, "", (0, 1, 0)),
        (124, "◇ Test run started.\n", (0, 1, 0)),
        (139, "✔ Test run with 12 tests in 3 suites passed after 0.4 seconds.\n", (12, 1, 0)),
    ],
)
def test_counts(status, log, expected):
    assert counts(status, log) == expected

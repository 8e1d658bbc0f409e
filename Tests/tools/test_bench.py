"""The benchmark input: seeded, valid, of the size it promises, skewed."""

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import make_eve  # noqa: E402
import report  # noqa: E402


def test_input_is_deterministic_valid_and_skewed():
    lines = list(make_eve.lines(3000, seed=5))
    assert lines == list(make_eve.lines(3000, seed=5))
    assert lines != list(make_eve.lines(3000, seed=6))
    events = [json.loads(line) for line in lines]
    assert 950 < sum(map(len, lines)) / len(lines) < 1050
    assert all(event["event_type"] == "alert" and event["src_ip"] and event["alert"]["signature"] for event in events)
    stamps = [event["timestamp"] for event in events]
    assert stamps == sorted(stamps)
    top = Counter(event["alert"]["signature_id"] for event in events).most_common(10)
    assert sum(count for _, count in top) > len(events) / 4


def test_ratios_are_medians_of_pairs():
    ours, theirs = [{"v": 10}, {"v": 30}, {"v": 20}], [{"v": 5}, {"v": 10}, {"v": 20}]
    assert report.median_ratio(ours, theirs, "v") == 2.0
    assert report.median_ratio(ours, [{}, {}, {}], "v") is None
    assert report.median(ours, "v") == 20

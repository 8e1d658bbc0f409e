"""`petrel conformance` runs vectors through both evaluators and says what differs."""

import json
import subprocess


def vectors(tmp_path, *cases):
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps({
        "format": "kql/1", "now": "2026-03-02T12:00:00Z",
        "mapping": {"@timestamp": "date", "user.name": "keyword", "threat": "nested", "threat.name": "keyword", "threat.level": "long"},
        "documents": [
            {"_id": "a", "@timestamp": "2026-03-01T00:00:00Z", "user": {"name": "root"},
             "threat": [{"name": "x", "level": 1}, {"name": "y", "level": 9}]},
            {"_id": "b", "@timestamp": "2026-03-02T00:00:00Z", "user": {"name": ["admin", "root"]}, "threat": {"name": "x", "level": 9}},
        ],
        "cases": [{"id": f"v{number}", "policy": "same", "expr": expr, "expect": {"ids": ids}} for number, (expr, ids) in enumerate(cases)],
    }))
    return file


def test_all_pass(petrel, tmp_path):
    file = vectors(tmp_path, ("user.name: (admin and root)", ["b"]), ("threat: {name: x and level: 9}", ["b"]), ("@timestamp < 2026-03-02", ["a"]))
    done = petrel_plain(petrel, file)
    assert done.returncode == 0 and done.stdout.decode().splitlines()[-1] == "3 passed, 0 failed", done.stdout


def test_failures_name_the_evaluator(petrel, tmp_path):
    done = petrel_plain(petrel, vectors(tmp_path, ("user.name: root", ["a"]), ("user.name: admin", ["b"])))
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    evaluators = ["events", "columns", "indexed columns"]
    assert lines[1:] == [f"v0 ({name}): expected a, got a b" for name in evaluators] + ["1 passed, 1 failed"]


def petrel_plain(petrel, file):
    """The command knows no folder of data files."""
    return subprocess.run([petrel.binary, "conformance", str(file)], capture_output=True, timeout=60)

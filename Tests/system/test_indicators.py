"""Indicator lists: marks on what comes in, matches among what is stored, lists that change; and clocks that run ahead."""

import json
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from conftest import adds_up, eve, now_eve, until


def configure(folder, *lists):
    config = folder / "petrel.yaml"
    config.write_text(
        f"data: {folder / 'data'}\nindicators:\n" + "".join(f"  - name: {name}\n    path: {path}\n" for name, path in lists))
    return config


@pytest.fixture
def address_list(tmp_path):
    path = tmp_path / "blocked.txt"
    path.write_text("# a list\n81.0.0.0/30\n198.51.100.7\n")
    return path


def indicators(petrel, *arguments):
    """A subcommand, behind which its options stand."""
    return subprocess.run([petrel.binary, "indicators", *map(str, arguments)], cwd=petrel.folder, capture_output=True, timeout=100)


def marked(petrel, data):
    return {event["flow"]["id"]: event for event in petrel.stored(data) if "indicator" in event.get("tags", [])}


def test_import_marks_what_is_listed(petrel, tmp_path, address_list):
    log = tmp_path / "eve.json"
    log.write_text("".join(json.dumps(eve(number)) + "\n" for number in range(8)))
    books = petrel.import_files(tmp_path / "data", "--config", configure(tmp_path, ("blocked", address_list)), log)
    assert books["stored"] == 8
    found = marked(petrel, tmp_path / "data")
    assert sorted(map(int, found)) == [0, 1, 2, 3]
    for event in found.values():
        assert event["threat"]["feed"]["name"] == "blocked"
        assert event["threat"]["indicator"]["ip"] == event["source"]["ip"]
        assert event["threat"]["indicator"]["type"] == "ipv4-addr"


def test_matches_what_was_stored_before_the_list(petrel, tmp_path, address_list):
    data, log = tmp_path / "data", tmp_path / "eve.json"
    log.write_text("".join(json.dumps(eve(number)) + "\n" for number in range(8)))
    petrel.import_files(data, log)
    assert not marked(petrel, data)
    done = indicators(petrel, "match", "--data", data, address_list)
    assert done.returncode == 0, done.stderr.decode()
    matches = [json.loads(line) for line in done.stdout.splitlines()]
    assert [match["value"] for match in matches] == ["81.0.0.0", "81.0.0.1", "81.0.0.2", "81.0.0.3"]
    assert {tuple(match["lists"]) for match in matches} == {("blocked.txt",)} and {match["field"] for match in matches} == {"source.ip"}
    summary = indicators(petrel, "match", "--summary", "--data", data, address_list).stdout.decode()
    assert summary == "blocked.txt: 4 events, 4 distinct values\n"
    late = indicators(petrel, "match", "--since", "2026-01-01T00:00:02Z", "--data", data, address_list)
    assert len(late.stdout.splitlines()) == 2


def test_lists_are_read_and_told(petrel, tmp_path, address_list):
    done = indicators(petrel, "list", "--config", configure(tmp_path, ("blocked", address_list)))
    assert done.stdout.decode() == "blocked: 2 addresses and networks, 0 domains, 0 URLs, 0 hashes\n"


@pytest.mark.parametrize("content", [None, "", "{\"not\": \"a list\"}\n"])
def test_a_list_that_cannot_be_read_is_an_error_at_start(petrel, tmp_path, content):
    path = tmp_path / "list.txt"
    if content is not None:
        path.write_text(content)
    done = indicators(petrel, "list", "--config", configure(tmp_path, ("broken", path)))
    assert done.returncode == 1
    assert "list.txt" in done.stderr.decode() or "broken" in done.stderr.decode()


@pytest.mark.timeout(120)
def test_a_changed_list_is_loaded_again(petrel, serve, tmp_path, address_list):
    server = serve("--config", configure(tmp_path, ("blocked", address_list)), data=None)
    server.ingest([now_eve(1)])
    other = tmp_path / "new"
    other.write_text("81.0.0.9\n")
    other.rename(address_list)
    until(lambda: "loaded again" in server.errors, seconds=60, what="the new list")
    server.ingest([now_eve(2), now_eve(9)])
    server.stop()
    assert sorted(map(int, marked(petrel, tmp_path / "data"))) == [1, 9]


def test_a_clock_that_runs_ahead(petrel, serve, tmp_path):
    server = serve()
    ahead = (datetime.now(timezone.utc) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    soon = (datetime.now(timezone.utc) + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    server.ingest([now_eve(1), eve(2, timestamp=ahead), eve(3, timestamp=soon)])
    source = next(entry for entry in server.get("/api/v1/sources").json["sources"] if entry["name"] == "http")
    assert source["future"] == 1 and adds_up(source["ledger"]) and source["ledger"]["stored"] == 3
    assert 'petrel_source_future_total{source="http"} 1' in server.get("/metrics").body.decode()
    server.stop()
    events = {int(event["flow"]["id"]): event for event in petrel.stored(tmp_path / "data")}
    assert [number for number, event in events.items() if event["event"].get("time_quality") == "clamped"] == [2]
    assert events[2]["@timestamp"] < datetime.now(timezone.utc).isoformat()
    assert events[2]["labels"]["stated_time"].startswith(ahead[:10])


def feed(folder, list_path, extra=""):
    config = folder / "petrel.yaml"
    config.write_text(
        f"data: {folder / 'data'}\n"
        f"sources:\n  - {{name: feed, type: file, paths: [{list_path}], poll: 20ms, format: address-list, use_as_indicators: brought}}\n{extra}")
    return config


def stored_by(server, name):
    return next((source["ledger"]["stored"] for source in server.get("/api/v1/sources").json["sources"] if source["name"] == name), 0)


@pytest.mark.timeout(240)
def test_what_a_source_brings_is_a_list_through_kills(petrel, serve, tmp_path, address_list):
    data, config = tmp_path / "data", feed(tmp_path, address_list)
    server = serve("--config", config, data=None)
    server.ingest([now_eve(number) for number in range(3)])
    until(lambda: stored_by(server, "feed") == 2, what="the indicators")
    # What comes from now on is marked, as soon as the lists were looked at.
    numbers = iter(range(1000, 100_000))

    def is_marked():
        number = next(numbers)
        server.ingest([now_eve(number, src_ip="198.51.100.7")])
        return server.get("/api/v1/count?q=tags%3Aindicator").json["count"] > 0

    until(is_marked, seconds=60, what="a mark")
    server.kill()
    # What was there before is found, by the list that the journal holds.
    done = indicators(petrel, "match", "--config", config)
    assert done.returncode == 0, done.stderr.decode()
    matches = [json.loads(line) for line in done.stdout.splitlines()]
    assert {match["value"] for match in matches} == {"81.0.0.0", "81.0.0.1", "81.0.0.2", "198.51.100.7"}
    assert {tuple(match["lists"]) for match in matches} == {("brought",)}
    listed = indicators(petrel, "list", "--config", config).stdout.decode()
    assert listed == "brought: 2 addresses and networks, 0 domains, 0 URLs, 0 hashes\n"
    # A start makes the list again before anything is taken.
    address_list.unlink()
    server = serve("--config", config, data=None)
    server.ingest([now_eve(7), now_eve(1, flow_id=8)])
    server.stop()
    found = marked(petrel, data)
    assert "8" in found and "7" not in found
    assert found["8"]["threat"]["feed"]["name"] == "brought"
    # So does an import.
    log = tmp_path / "late.json"
    log.write_text(json.dumps(eve(2, flow_id=9)) + "\n" + json.dumps(eve(30, flow_id=10)) + "\n")
    petrel.import_files(data, "--config", config, log)
    assert "9" in marked(petrel, data) and "10" not in marked(petrel, data)


def test_a_list_of_one_source_too_many_is_refused(petrel, tmp_path, address_list):
    config = feed(tmp_path, address_list, "".join(
        f"  - {{name: s{number}, type: file, paths: [x{number}], use_as_indicators: l{number}}}\n" for number in range(64)))
    done = subprocess.run([petrel.binary, "check-config", config], capture_output=True, timeout=60)
    assert done.returncode != 0 and b"one list too many (64)" in done.stdout + done.stderr

"""Retention by class, kept events and compaction: what is left is exactly what should be, also through kill -9."""

import json
import os
import random
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest

from conftest import SLOW, eve, eve_line, until

KILLS = 20 if SLOW else 3
DAYS = 3
LINES = 2_000


def line(number):
    """Alerts and flows in turn, as Suricata interleaves them."""
    if number % 3 == 0:
        return eve_line(number)
    record = eve(number, event_type="flow", flow={"pkts_toserver": 1, "bytes_toserver": 60})
    del record["alert"]
    return json.dumps(record).encode() + b"\n"


def age(data, days):
    """Gives the journal's files of today the names of an earlier day, as if they had been written then."""
    folder = data / "journal"
    today = datetime.now(timezone.utc)
    then = (today - timedelta(days=days)).strftime("%Y-%m-%d")
    for path in sorted(folder.iterdir()):
        if path.name[:2] == "20" and path.name[:10] >= (today - timedelta(days=1)).strftime("%Y-%m-%d"):
            path.rename(folder / (then + path.name[10:]))


@pytest.fixture
def old_journal(petrel, tmp_path):
    """Three days of alerts and flows, 18 days ago and earlier, and some of today."""
    data = tmp_path / "data"
    for day in range(DAYS + 1):
        log = tmp_path / f"eve{day}.json"
        log.write_bytes(b"".join(line(number) for number in range(day * LINES, (day + 1) * LINES)))
        assert petrel.import_files(data, log)["stored"] == LINES
        if day < DAYS:
            age(data, 20 - day)
    return data


def expected(kept):
    return {number for number in range((DAYS + 1) * LINES) if number % 3 == 0 or number >= DAYS * LINES or number in kept}


def numbers(petrel, data):
    found = [int(event["flow"]["id"]) for event in petrel.stored(data)]
    assert len(found) == len(set(found)), "an event is there twice"
    return set(found)


def parts(data):
    return sorted(path.name for path in (data / "journal").iterdir() if path.name.endswith("blocks"))


def serve_until_killed(petrel, data, config, pause):
    """A server that applies retention and compacts, killed a moment after it has begun to, if there is something to do."""
    before = parts(data)
    with (petrel.folder / "out").open("wb") as out:
        process = subprocess.Popen(
            petrel.command("serve", "--data", data, "--config", config), cwd=petrel.folder, stdout=out, stderr=out)
        deadline = time.monotonic() + 30
        while parts(data) == before and time.monotonic() < deadline:
            assert process.poll() is None, (petrel.folder / "out").read_text(errors="replace")
            time.sleep(0.001)
        time.sleep(pause)
        process.kill()
        process.wait()


@pytest.mark.timeout(900)
def test_upkeep_killed_at_random(petrel, serve, old_journal, tmp_path):
    """Whatever is killed when, no attack is lost, no kept record, and nothing is there twice; in the end the records are gone."""
    moments = random.Random(20_261_121)
    flows = {int(event["flow"]["id"]): event["event"]["id"] for event in petrel.stored(old_journal)}
    kept = {number for number in flows if number % 3 and number % 200 == 7}
    assert len(kept) > 10
    done = petrel("keep", "--data", old_journal, *[flows[number] for number in sorted(kept)])
    assert done.returncode == 0 and f"{len(kept)} kept".encode() in done.stdout, done.stderr
    assert petrel.count(old_journal) == (DAYS + 1) * LINES, "copies do not count"
    config = tmp_path / "petrel.yaml"
    config.write_text("web: {port: 0}\n")
    everything = set(range((DAYS + 1) * LINES))
    for _ in range(KILLS):
        serve_until_killed(petrel, old_journal, config, moments.uniform(0, 0.3))
        left = numbers(petrel, old_journal)
        assert expected(kept) <= left <= everything
    server = serve("--config", config)
    wanted = expected(kept)
    until(lambda: server.get("/api/v1/count").json["count"] == len(wanted), what="retention")
    stats = server.get("/api/v1/sources").json["sources"]
    assert all(source["ledger"]["received"] == sum(source["ledger"][name] for name in source["ledger"] if name != "received")
               for source in stats)
    gone = next(number for number in flows if number not in wanted)
    assert server.get(f"/api/v1/events/{flows[gone]}").status == 404
    some = min(kept)
    assert server.get(f"/api/v1/events/{flows[some]}").json["flow"]["id"] == str(some)
    server.stop()
    assert numbers(petrel, old_journal) == wanted
    assert petrel("doctor", "--data", old_journal).returncode in (0, 3)
    assert petrel("compact", "--data", old_journal).returncode == 0
    assert numbers(petrel, old_journal) == wanted
    stats = json.loads(petrel("stats", "--json", "--data", old_journal).stdout)
    old = sum(number < DAYS * LINES for number in kept)
    assert (stats["classes"]["kept"]["events"], stats["copies"]) == (old, len(kept) - old)
    assert stats["events"] == len(wanted)


def test_an_event_is_kept_by_the_api(serve, petrel, tmp_path):
    log = tmp_path / "eve.json"
    log.write_bytes(b"".join(line(number) for number in range(30)))
    data = tmp_path / "data"
    petrel.import_files(data, log)
    identity = petrel.stored(data)[1]["event"]["id"]
    server = serve()
    first = server.request("POST", f"/api/v1/events/{identity}/keep")
    assert (first.status, first.json) == (200, {"id": identity, "known": False})
    assert server.request("POST", f"/api/v1/events/{identity}/keep").json["known"] is True
    assert server.request("POST", "/api/v1/events/5/keep").status == 404
    assert server.request("POST", "/api/v1/events/x/keep").status == 400


def test_keep_says_what_is_wrong(petrel, old_journal):
    assert petrel("keep", "--data", old_journal).returncode == 2
    assert petrel("keep", "--data", old_journal, "12x").returncode == 2
    assert petrel("keep", "--data", old_journal, "12").returncode == 1
    many = petrel("keep", "--data", old_journal, "--query", "event.family: record", "--limit", "10")
    assert many.returncode == 2 and b"more than 10 events match" in many.stderr
    one = petrel("keep", "--data", old_journal, "--query", "flow.id: 7")
    assert one.returncode == 0 and b"1 kept" in one.stdout
    assert b"0 kept, 1 kept before" in petrel("keep", "--data", old_journal, "--query", "flow.id: 7").stdout


def test_compact_tells_what_it_saved(petrel, old_journal):
    done = petrel("compact", "--json", "--data", old_journal)
    assert done.returncode == 0, done.stderr
    reports = [json.loads(text) for text in done.stdout.splitlines()]
    assert len(reports) == DAYS
    assert all(report["events"] == LINES for report in reports)
    assert sum(report["bytes_after"] for report in reports) < sum(report["bytes_before"] for report in reports)
    assert petrel.count(old_journal) == (DAYS + 1) * LINES
    assert json.loads(petrel("stats", "--json", "--data", old_journal).stdout)["events"] == (DAYS + 1) * LINES
    assert os.listdir(old_journal / "journal")

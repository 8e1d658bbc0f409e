"""Dead letters: lists, and how they become events once, through kill -9 and by command."""

import collections
import json
import random
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone

from conftest import SLOW, adds_up

KILLS = 20 if SLOW else 6
LETTERS = 6_000


def record(number):
    return json.dumps({"when": "2026-01-01T00:00:00Z", "peer": f"198.51.{number // 250 % 250}.{number % 250}", "number": number}).encode() + b"\n"


def broken(tmp_path, name, layout):
    path = tmp_path / name
    path.write_text(
        "formats:\n  doors:\n    framing: json\n    fields: {source.ip: peer, flow.id: number}\n"
        f"    time: {{path: when, format: \"{layout}\"}}\n")
    return path


def letters_command(petrel, *arguments):
    return subprocess.run([petrel.binary, "dead-letters", *map(str, arguments)], cwd=petrel.folder, capture_output=True, timeout=170)


def books(server):
    return next(source for source in server.get("/api/v1/sources").json["sources"] if source["name"] == "http")


def test_letters_become_events_after_a_fix(serve, petrel, tmp_path):
    data = tmp_path / "data"
    server = serve("--config", broken(tmp_path, "wrong.yaml", "%d.%m.%Y"), data=data)
    assert server.ingest(b"".join(record(n) for n in range(30)), "doors").json["dead_lettered"] == 30
    assert server.ingest(b"{\n", "doors").json["dead_lettered"] == 1
    first = server.get("/api/v1/dead-letters?limit=20&format=doors").json
    rest = server.get(f"/api/v1/dead-letters?limit=20&before={first['next']}").json
    assert len(first["dead_letters"]) == 20 and len(rest["dead_letters"]) == 11 and rest["next"] is None
    assert server.get("/api/v1/dead-letters?reason=bad_time").json["dead_letters"][0]["id"] != first["dead_letters"][0]["id"]
    assert server.post("/api/v1/dead-letters/retry?source=http").json["dead_lettered"] == {"bad_time": 30, "malformed_json": 1}
    server.stop()
    config = broken(tmp_path, "right.yaml", "%Y-%m-%dT%H:%M:%SZ")
    server = serve("--config", config, data=data)
    one = rest["dead_letters"][0]["id"]
    assert server.get(f"/api/v1/dead-letters/{one}").json["text"].startswith('{"when"')
    assert server.post(f"/api/v1/dead-letters/{one}/retry").json == {"status": "stored", "stored": 1, "reason": None}
    server.post(f"/api/v1/dead-letters/{one}/retry").is_problem(404)
    server.get(f"/api/v1/dead-letters/{one}").is_problem(404)
    server.post(f"/api/v1/dead-letters/{one}/retry?as=dors").is_problem(400)
    listed = letters_command(petrel, "list", "--data", data, "--reason", "malformed_json", "--json")
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout)["source"] == "http"
    # The command asks the running server of the data folder.
    done = letters_command(petrel, "retry", "--all", "--data", data)
    assert done.returncode == 3 and b"29 of 30 letters became 29 events" in done.stdout, (done.stdout, done.stderr)
    source = books(server)
    assert adds_up(source["ledger"]) and source["ledger"]["stored"] == 30 and source["dead_letters"] == 1 == source["ledger"]["dead_lettered"]
    table = petrel("sources", "--data", data)
    assert table.returncode == 0 and b"http " in table.stdout and b" 30 " in table.stdout, table.stdout
    server.stop()
    alone = petrel("sources", "--data", data, "--json")
    assert json.loads(alone.stdout)["sources"][0]["ledger"] == source["ledger"]
    exported = letters_command(petrel, "export", "--data", data)
    assert len(exported.stdout.splitlines()) == 1
    # Without a server the command does it itself.
    done = letters_command(petrel, "retry", "--source", "http", "--data", data, "--config", config)
    assert done.returncode == 3 and b"0 of 1 letters" in done.stdout, (done.stdout, done.stderr)


def test_retries_killed_at_random_store_each_letter_once(serve, petrel, tmp_path):
    data = tmp_path / "data"
    server = serve("--config", broken(tmp_path, "wrong.yaml", "%d.%m.%Y"), data=data)
    for start in range(0, LETTERS, 1000):
        assert server.ingest(b"".join(record(n) for n in range(start, start + 1000)), "doors").json["dead_lettered"] == 1000
    server.stop()
    # As on a later day: what is retried lies in an older file than the events go to.
    day = (datetime.now(timezone.utc) - timedelta(days=2)).strftime("%Y-%m-%d")
    journal = data / "journal"
    for path in sorted(journal.iterdir()):
        if path.name[:4].isdigit():
            path.rename(journal / (day + path.name[10:]))
    config = broken(tmp_path, "right.yaml", "%Y-%m-%dT%H:%M:%SZ")
    moments = random.Random(20_261_122)
    for kill in range(KILLS + 1):
        server = serve("--config", config, data=data)
        answers = []

        def retry(server=server, answers=answers):
            try:
                answers.append(server.post("/api/v1/dead-letters/retry?source=http&limit=10000"))
            except OSError:
                pass

        worker = threading.Thread(target=retry)
        worker.start()
        if kill < KILLS:
            time.sleep(moments.uniform(0.02, 0.6))
            server.kill()
            worker.join(30)
            continue
        worker.join(120)
        assert answers and answers[0].status == 200, answers
    source = books(server)
    assert adds_up(source["ledger"]) and source["ledger"]["stored"] == LETTERS and source["ledger"]["dead_lettered"] == 0
    assert source["dead_letters"] == 0 and server.get("/api/v1/dead-letters").json["dead_letters"] == []
    server.stop()
    stored = collections.Counter(event["flow"]["id"] for event in petrel.stored(data))
    assert len(stored) == LETTERS and set(stored.values()) == {1}

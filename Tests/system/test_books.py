"""Evidence, totals, books and metrics agree with what was sent, also after restarts."""

import json
import re

from conftest import adds_up, eve, eve_line, now_eve, until


def test_evidence_is_what_was_ingested(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    config.write_text("sensors:\n  - name: lab\n    lat: 52.5\n    lon: 13.4\n    country: DE\n")
    server = serve("--config", config)
    records = [now_eve(n, host="lab" if n % 2 else "elsewhere", src_ip=f"81.2.69.{n % 4}", dest_port=22 if n % 3 else 80,
                       alert={"signature": "ET EXPLOIT x" if n % 5 == 0 else "ET SCAN x", "severity": 2}) for n in range(300)]
    books = server.ingest(records).json
    assert books["stored"] == 300

    def numbers(query):
        answer = server.get("/api/v1/evidence?" + query).json
        assert answer["truncated"] == (answer["total"] > 200) and len(answer["events"]) == min(200, answer["total"])
        return answer["total"], [int(event["flow"]["id"]) for event in answer["events"]]

    def expected(accepts):
        found = [n for n in reversed(range(300)) if accepts(n)]
        return len(found), found[:200]

    assert numbers("") == expected(lambda n: True)
    assert numbers("sensor=lab") == expected(lambda n: n % 2)
    assert numbers("type=exploit") == expected(lambda n: n % 5 == 0)
    assert numbers("types=exploit&sensor=lab") == expected(lambda n: n % 5 == 0 and n % 2)
    assert numbers("port=80") == expected(lambda n: n % 3 == 0)
    assert numbers("address=81.2.69.1") == expected(lambda n: n % 4 == 1)
    assert numbers("address=%3A%3Affff%3A81.2.69.1") in (expected(lambda n: n % 4 == 1), (0, []))
    assert numbers(f"after={books['first_id']}") == expected(lambda n: n > 0)
    assert numbers(f"upTo={books['first_id']}") == expected(lambda n: n == 0)
    assert numbers("families=record") == (0, [])
    assert numbers("from=0&to=1") == (0, [])
    # Each arc of a frame stands for exactly its events.
    with server.stream("/api/v1/live") as stream:
        assert stream.message()["event"] == "snapshot"
        server.ingest([{**record, "flow_id": record["flow_id"] + 1_000} for record in records])
        seen = 0
        for message in stream.events():
            frame = json.loads(message["data"])
            seen += frame["n"]
            for lat, lon, _, country, sensor, kind, _, count in frame["arcs"]:
                query = f"after={frame['span']['after']}&upTo={frame['span']['upTo']}&lat={lat}&lon={lon}&sensor={sensor}&type={kind}"
                assert server.get("/api/v1/evidence?" + query).json["total"] == count
            if seen == 300:
                break


def comparable(snapshot):
    """What must not change by itself: everything but clocks, rates and states."""
    return {name: value for name, value in snapshot.items() if name not in ("clock", "rate", "window", "sources")}


def test_totals_are_equal_after_restarts(serve):
    server = serve()
    for start in range(0, 3_000, 500):
        body = [now_eve(n, minutes=n % 600, host=f"sensor-{n % 7}", dest_port=n % 40 + 1) for n in range(start, start + 500)]
        assert server.ingest(body).json["stored"] == 500
    last = server.ingest(b"{ broken\n" + json.dumps(now_eve(1)).encode()).json
    assert last["dead_lettered"] == 1
    before = until(lambda: (state := server.snapshot())["upTo"] == last["last_id"] and state, what="the last event on the stage")
    assert before["totals"]["attacks"] == 3_001
    assert before["ledger"] == {"received": 3_002, "stored": 3_001, "duplicate": 0, "filtered": 0, "dead_lettered": 1, "shed": 0}
    assert len(before["recent"]) == 2_000 and sum(before["types"].values()) == 3_001 == sum(before["severity"].values())
    server.stop()
    for ending in ["kill", "stop", "kill"]:
        server = serve()
        after = server.snapshot()
        assert comparable(after) == comparable(before)
        with server.stream("/api/v1/live") as stream:
            assert comparable(json.loads(stream.message()["data"])) == comparable(before)
        getattr(server, ending)()
    server = serve()
    assert server.ingest([now_eve(5_000)]).status == 200
    # At once: the totals are made from the journal again.
    server.kill()
    assert serve().snapshot()["totals"]["attacks"] == 3_002


def test_rows_are_equal_after_a_restart_with_many_records(serve):
    server = serve()
    assert server.ingest([now_eve(n) for n in range(500)]).json["stored"] == 500
    last = server.ingest([now_eve(n, event_type="flow") for n in range(1_900)]).json["last_id"]
    before = until(lambda: (state := server.snapshot())["upTo"] == last and state, what="the last event on the stage")
    assert len(before["recent"]) == 500
    server.stop()
    assert len(serve().snapshot()["recent"]) == 500


def test_answered_means_stored(serve):
    """What was answered with 200 survives kill -9 at that very moment."""
    stored = 0
    for turn in range(5):
        server = serve()
        assert server.snapshot()["totals"]["stored"] == stored
        for n in range(3):
            stored += server.ingest([eve(turn * 100 + n * 10 + k) for k in range(10)]).json["stored"]
        server.kill()
    server = serve()
    assert server.snapshot()["totals"]["stored"] == stored == 150
    assert server.get("/api/v1/evidence").json["total"] == 150


def test_books_of_every_source_balance(serve, tmp_path):
    log = tmp_path / "eve.json"
    log.write_bytes(b"".join(eve_line(n) for n in range(50)) + b"{}\n")
    config = tmp_path / "petrel.yaml"
    config.write_text(f"sources:\n  - name: once\n    type: file\n    paths: [{log}]\n    follow: false\n")
    server = serve("--config", config)
    server.ingest(eve_line(1) + b"x\n")
    def books():
        found = {source["name"]: source for source in server.get("/api/v1/sources").json["sources"]}
        return found if found.get("once", {}).get("ledger", {}).get("received") == 51 and found["once"]["state"] == "finished" else None
    found = until(books, what="the file's end")
    assert all(adds_up(source["ledger"]) for source in found.values())
    assert found["once"]["ledger"]["dead_lettered"] == 1 and found["http"]["ledger"] == {
        "received": 2, "stored": 1, "duplicate": 0, "filtered": 0, "dead_lettered": 1, "shed": 0}
    letters = server.get("/api/v1/dead-letters").json["dead_letters"]
    assert {letter["source"] for letter in letters} == {"once", "http"}
    total = server.snapshot()["ledger"]
    assert total == {name: sum(source["ledger"][name] for source in found.values()) for name in total}


SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? ([-+]?(?:\d[\d.eE+-]*|Inf|NaN))')


def test_metrics_parse_and_agree_with_the_ledger(serve):
    server = serve()
    server.ingest(eve_line(1) + b"x\n")
    answer = server.get("/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain")
    kinds, helps, values = {}, set(), {}
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert kind in ("counter", "gauge", "histogram", "summary") and name not in kinds
            kinds[name] = kind
        elif line.startswith("# HELP "):
            helps.add(line.split()[2])
        else:
            found = SAMPLE.fullmatch(line)
            assert found and found[1] in kinds, line
            assert (found[1], found[2]) not in values
            values[found[1], found[2]] = float(found[3])
    assert helps == set(kinds) and answer.body.endswith(b"\n")
    outcomes = {re.search('outcome="(.*?)"', labels)[1]: value for (name, labels), value in values.items() if name == "petrel_events_total"}
    assert outcomes["received"] == 2 == sum(value for name, value in outcomes.items() if name != "received") and outcomes["stored"] == 1
    assert values["petrel_journal_events", None] == 1

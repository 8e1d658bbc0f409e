"""Ingest by HTTP: shapes of bodies, keys, verdicts, refusals."""

import gzip
import json

import pytest

from conftest import eve, eve_line

MAPPED = """
formats:
  doors:
    framing: csv
    fields: {source.ip: peer, source.port: port, user.name: who, labels.mood: mood}
    constants: {observer.name: door-1}
    time: {path: when, format: "%d.%m.%Y %H:%M:%S", zone: "+01:00"}
    attack_type: {path: kind, table: {login: bruteforce, probe: scan}, default: other}
"""


@pytest.mark.parametrize("form", ["lines", "array", "pretty", "bom", "crlf", "no end", "gzip", "gzip members"])
def test_ingest_takes_many_shapes(serve, form):
    server = serve()
    records = [eve(n) for n in range(25)]
    lines = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    body = {"lines": lines, "array": json.dumps(records).encode(), "pretty": json.dumps(records, indent=2).encode(), "bom": b"\xef\xbb\xbf" + lines,
            "crlf": lines.replace(b"\n", b"\r\n"), "no end": lines[:-1], "gzip": gzip.compress(lines),
            "gzip members": gzip.compress(lines[:700]) + gzip.compress(lines[700:])}[form]
    answer = server.ingest(body, **{"Content-Encoding": "gzip"} if form.startswith("gzip") else {})
    assert answer.status == 200, answer.body
    books = answer.json
    assert (books["received"], books["stored"], books["records"]) == (25, 25, [])
    found = server.get("/api/v1/evidence").json
    assert [int(event["flow"]["id"]) for event in found["events"]] == list(reversed(range(25)))
    assert server.get(f"/api/v1/events/{books['first_id']}").json["flow"]["id"] == "0"
    assert server.get(f"/api/v1/events/{books['last_id']}").json["flow"]["id"] == "24"


def test_empty_bodies_store_nothing(serve):
    server = serve()
    for body in [b"", b"\n\n", b"[]"]:
        answer = server.ingest(body)
        assert answer.status == 200 and answer.json["received"] == 0, (body, answer.body)


def test_idempotency_keys(serve):
    server = serve()
    body = [eve(n) for n in range(7_000)]
    first = server.ingest(body, Idempotency_Key="a").json
    assert (first["stored"], first["duplicate"]) == (7_000, 0)
    again = server.ingest(body, Idempotency_Key="a").json
    assert (again["stored"], again["duplicate"], again["received"]) == (0, 7_000, 7_000)
    server.ingest([eve(1)], Idempotency_Key="a").is_problem(409)
    # Without a key, and with another, equal records are real.
    assert server.ingest(body[:5]).json["stored"] == 5
    assert server.ingest(body[:5], Idempotency_Key="b").json["stored"] == 5
    # The key outlives the process, however it ends.
    server.kill()
    server = serve()
    assert server.ingest(body, Idempotency_Key="a").json["duplicate"] == 7_000
    server.ingest([eve(1)], Idempotency_Key="a").is_problem(409)
    assert server.snapshot()["totals"]["stored"] == 7_010


def test_verdicts_name_each_line(serve):
    server = serve()
    body = eve_line(1) + b"{\n" + b"7\n\n" + eve_line(2) + b'{"x":1}\n{"event_type":"alert","timestamp":"2026-13-45T99:00:00Z"}\n'
    books = server.ingest(body).json
    assert (books["received"], books["stored"], books["dead_lettered"]) == (6, 2, 4)
    assert [record["record"] for record in books["records"]] == [2, 3, 5, 6]
    assert [record["reason"].split(":")[0] for record in books["records"]] == ["malformed_json", "not_an_object", "missing_field", "bad_time"]
    whole = server.ingest(body, query="?verdicts=all").json["records"]
    assert [record["status"] for record in whole] == ["stored", "dead_lettered", "dead_lettered", "stored", "dead_lettered", "dead_lettered"]


def test_json_cut_at_the_end_is_a_dead_letter(serve):
    server = serve()
    for body in [eve_line(1) + eve_line(2)[:40], b"[" + eve_line(1) + b"," + eve_line(2)[:40]]:
        books = server.ingest(body).json
        assert (books["received"], books["stored"], books["dead_lettered"]) == (2, 1, 1), body
        assert books["records"][0]["record"] == 2 and "malformed_json" in books["records"][0]["reason"]


def test_unknown_formats_are_answered_with_a_suggestion(serve):
    server = serve()
    assert "suricata" in server.ingest([eve(1)], form="suricatta").is_problem(404)
    assert "marx" in server.ingest([eve(1)], form="mrax").is_problem(404)
    server.ingest([eve(1)], form="..%2f..%2fetc").is_problem(404)
    server.ingest([eve(1)], Content_Encoding="br").is_problem(415)


def test_large_bodies_and_bombs_are_refused(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    config.write_text("web:\n  max_body: 1MiB\n")
    server = serve("--config", config)
    big = b" " * ((1 << 20) + 1)
    server.ingest(big).is_problem(413)
    assert "decompressed" in server.ingest(big, compress=True).is_problem(413)
    bomb = gzip.compress(b"\x00" * (600 << 20), 9)
    assert len(bomb) < 1 << 20
    started = resident(server)
    server.ingest(bomb, Content_Encoding="gzip").is_problem(413)
    assert resident(server) - started < 64 << 20
    server.ingest(gzip.compress(eve_line(1))[:-9], Content_Encoding="gzip").is_problem(400)
    server.ingest(b"no gzip", Content_Encoding="gzip").is_problem(400)
    assert server.ingest([eve(1)]).json["stored"] == 1
    assert server.snapshot()["ledger"]["received"] == 1


def resident(server):
    """Bytes of memory that the server occupies."""
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def test_csv_by_a_mapping_from_the_configuration(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    config.write_text(MAPPED)
    server = serve("--config", config)
    body = (b'when,peer,port,who,kind,mood\r\n01.02.2026 12:00:00,198.51.100.7,22,"a ""b"", c",LOGIN,good\r\n'
            b"02.02.2026 12:00:00,198.51.100.8,70000,,probe,\r\n")
    books = server.ingest(body, form="doors").json
    assert (books["received"], books["stored"]) == (2, 2)
    second, first = server.get("/api/v1/evidence").json["events"]
    assert first["@timestamp"] == "2026-02-01T11:00:00Z" and first["source"]["ip"] == "198.51.100.7" and first["source"]["port"] == 22
    assert first["user"]["name"] == 'a "b", c' and first["attack"]["type"] == "bruteforce" and first["observer"]["name"] == "door-1"
    assert first["labels"]["mood"] == "good"
    assert second["attack"]["type"] == "scan" and second["labels"]["source_port"] == "70000" and "port" not in second["source"]

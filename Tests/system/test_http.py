"""The API from outside: ingest, access, evidence, books, restarts and a reverse proxy."""

import gzip
import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest

from conftest import ROOT, adds_up, eve, eve_line, until

TOKEN = "0123456789abcdef0123456789abcdef"
MAPPED = """
formats:
  doors:
    framing: csv
    fields: {source.ip: peer, source.port: port, user.name: who, labels.mood: mood}
    constants: {observer.name: door-1}
    time: {path: when, format: "%d.%m.%Y %H:%M:%S", zone: "+01:00"}
    attack_type: {path: kind, table: {login: bruteforce, probe: scan}, default: other}
"""


def now_eve(number, minutes=0, **fields):
    """An alert of the last hours, so that it counts in the totals."""
    time = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    return eve(number, timestamp=time.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"), **fields)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


# Ingest

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


# Access

def test_a_token_is_needed_for_everything_but_the_page(serve, secret):
    server = serve("--token-file", secret)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    protected = ["/api/v1/live/snapshot", "/api/v1/sources", "/api/v1/dead-letters", "/api/v1/evidence", "/api/v1/events/1", "/metrics"]
    for path in protected:
        server.get(path).is_problem(401)
        server.get(path, Authorization="Bearer " + TOKEN[:-1]).is_problem(401)
        server.get(path, Authorization="Bearer ").is_problem(401)
        server.get(path, Cookie="petrel_session=").is_problem(401)
        assert server.request("GET", path, headers=bearer).status in (200, 404), path
    for path in ["/api/v1/stream", "/api/v1/live"]:
        server.get(path).is_problem(401)
        with server.stream(path, bearer) as stream:
            assert stream.status == 200
    server.ingest([eve(1)]).is_problem(401)
    assert server.ingest([eve(1)], **bearer).json["stored"] == 1
    server.post("/api/v1/replay", b'{"action":"stop"}').is_problem(401)
    for path in ["/", "/healthz", "/api/v1/about"]:
        assert server.get(path).status == 200
    # Other spellings of a path are no way around.
    for path in ["//api/v1/sources", "/api/v1/../v1/sources", "/api//v1/sources", "/%61pi/v1/sources", "/api/v1/sources/", "/./api/v1/sources", "/api%2fv1/sources", "//metrics", "/metrics/"]:
        answer = server.get(path)
        assert answer.status in (400, 401, 404), (path, answer.status, answer.body[:200])


def test_a_session_cookie(serve, secret):
    server = serve("--token-file", secret)
    server.post("/api/v1/session", b'{"token":"wrong"}').is_problem(401)
    for body in [b"", b"{", b"[]", b'{"token":7}', b"\xff"]:
        assert server.post("/api/v1/session", body).status in (400, 401), body
    answer = server.post("/api/v1/session", json.dumps({"token": TOKEN}).encode())
    assert answer.status == 200
    cookie, *attributes = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(attributes) and TOKEN not in cookie
    assert server.get("/api/v1/sources", Cookie=cookie).status == 200
    assert server.get("/api/v1/sources", Cookie=f"a=b; {cookie}; c=d").status == 200
    server.get("/api/v1/sources", Cookie=cookie[:-1]).is_problem(401)
    with server.stream("/api/v1/live", {"Cookie": cookie}) as stream:
        assert stream.message()["event"] == "snapshot"
    server.stop()
    server = serve("--token-file", secret)
    server.get("/api/v1/sources", Cookie=cookie).is_problem(401)
    assert TOKEN not in server.errors


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_beyond_loopback_without_a_token_it_does_not_start(petrel, tmp_path, host):
    done = petrel("serve", "--host", host, "--port", "0", "--data", tmp_path / "data", timeout=60)
    assert done.returncode == 1
    assert b"--token-file" in done.stderr and b"127.0.0.1" in done.stderr and b"http://" not in done.stdout


def test_a_short_token_is_refused(petrel, tmp_path):
    path = tmp_path / "token"
    path.write_text("short\n")
    done = petrel("serve", "--host", "0.0.0.0", "--port", "0", "--data", tmp_path / "data", "--token-file", path, timeout=60)
    assert done.returncode in (1, 2) and b"16" in done.stderr and b"http://" not in done.stdout


def test_a_taken_port_is_explained(serve, petrel, tmp_path):
    server = serve()
    done = petrel("serve", "--port", server.port, "--data", tmp_path / "other", timeout=60)
    assert done.returncode == 1 and done.stderr


def test_one_server_for_a_journal(serve, petrel, tmp_path):
    serve()
    done = petrel("serve", "--port", "0", "--data", tmp_path / "data", timeout=60)
    assert done.returncode == 1 and done.stderr and b"http://" not in done.stdout
    log = tmp_path / "eve.json"
    log.write_bytes(eve_line(1))
    assert petrel("import", "--data", tmp_path / "data", log, timeout=60).returncode == 1


def test_foreign_host_names_are_refused(serve):
    server = serve()
    for host in ["evil.example", f"evil.example:{server.port}", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "[::2]", "evil.example@localhost:1"]:
        for path in ["/", "/api/v1/sources", "/metrics", "/assets/world.json"]:
            server.get(path, Host=host).is_problem(421)
        for path in ["/api/v1/stream", "/api/v1/live"]:
            with server.stream(path, {"Host": host}) as stream:
                assert stream.status == 421, (path, host)
        server.ingest([eve(1)], Host=host).is_problem(421)
    for host in ["localhost", f"localhost:{server.port}", "127.0.0.1:1", "[::1]:80", "LOCALHOST"]:
        assert server.get("/api/v1/sources", Host=host).status == 200
    assert server.snapshot()["totals"]["stored"] == 0


def test_posts_of_other_sites_are_refused(serve):
    server = serve()
    for site in ["cross-site", "same-site"]:
        server.ingest([eve(1)], Sec_Fetch_Site=site).is_problem(403)
        for path in ["/api/v1/session", "/api/v1/replay"]:
            server.post(path, b"{}", {"Sec-Fetch-Site": site}).is_problem(403)
    for site in ["same-origin", "none"]:
        assert server.ingest([eve(1)], Sec_Fetch_Site=site).json["stored"] == 1


def test_security_headers(serve):
    server = serve()
    page = server.get("/")
    links = re.findall(rb'(?:src|href)="([^"#:]+)"', page.body)
    assert page.status == 200 and links
    for path in ["/", "/api/v1/sources", "/api/v1/nothing", "/api/v1/evidence?after=x", *("/" + link.decode().removeprefix("./").removeprefix("/") for link in links)]:
        answer = server.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy and "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "no-referrer", path
        assert "Access-Control-Allow-Origin" not in answer.headers, path
    assert b"<script>" not in page.body and not re.search(rb"\son\w+=", page.body)
    assert server.get("/", If_None_Match=page.headers["ETag"]).status == 304


@pytest.mark.parametrize("path", ["/../etc/passwd", "/js/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../petrel.yaml", "/assets/%2e%2e%2fcity.mmdb", "/..%5cx", "/%00", "/" + "a" * 7_000])
def test_no_file_beside_the_pages(serve_once, path):
    answer = serve_once.get(path)
    assert answer.status in (400, 404, 414, 431) and b"root:" not in answer.body


@pytest.fixture
def serve_once(serve):
    return serve()


@pytest.mark.parametrize("raw", [b"\x16\x03\x01\x00\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /api/v1/ingest/suricata HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
                                 b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde", b"\x00" * 10_000])
def test_broken_requests_harm_nobody(serve_once, raw):
    with socket.create_connection(("127.0.0.1", serve_once.port), timeout=20) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(4096)
        except OSError:
            pass
    assert serve_once.get("/healthz").status == 200
    assert serve_once.ingest([eve(1)]).json["stored"] == 1


# Books

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


# Endings

def test_sigterm_with_open_streams(serve):
    server = serve()
    streams = [server.stream(path) for path in ["/api/v1/stream", "/api/v1/live"] * 3]
    server.stop(10)
    for stream in streams:
        stream.close()


def test_sigterm_with_a_half_request(serve):
    """A client that never finishes is waited for ten seconds, not longer."""
    server = serve()
    half = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    half.sendall(b"POST /api/v1/ingest/suricata HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
    idle = http.client.HTTPConnection("127.0.0.1", server.port)
    idle.request("GET", "/healthz")
    idle.getresponse().read()
    begin = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0, server.errors
    taken = time.monotonic() - begin
    half.close()
    idle.close()
    assert taken < 15


def test_sigint_ends_too(serve):
    server = serve()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(20) == 0


# A reverse proxy

@pytest.fixture
def proxy(tmp_path):
    """Starts nginx with the example of deploy/ in front of a server; gives its port."""
    if not (nginx := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.skip("nginx is not installed")
    processes = []

    def start(server):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        example = (ROOT / "deploy/nginx.conf.example").read_text()
        assert "127.0.0.1:8080" in example
        (tmp_path / "location.conf").write_text(example.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}"))
        temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/nginx.log; events {{}}\n"
            f"http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port}; include {tmp_path}/location.conf; }} }}\n")
        process = subprocess.Popen([nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL)
        processes.append(process)

        def listens():
            assert process.poll() is None, (tmp_path / "nginx.log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        until(listens, what="nginx")
        return port

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("prefixed", [False, True])
def test_behind_nginx_with_a_path_prefix(serve, proxy, tmp_path, prefixed):
    config = tmp_path / "petrel.yaml"
    config.write_text("web:\n  path_prefix: /petrel\n" if prefixed else "{}\n")
    server = serve("--config", config)
    outside = type("Outside", (), {"port": proxy(server), "request": type(server).request, "get": type(server).get, "stream": type(server).stream})()
    page = outside.get("/petrel/")
    assert page.status == 200 and page.headers["Content-Security-Policy"]
    assert outside.get("/petrel").status == 301
    links = [link.decode() for link in re.findall(rb'(?:src|href)="([^"#:]+)"', page.body)]
    assert links
    for link in links:
        assert not link.startswith("/"), f"{link} leaves the prefix"
        assert outside.get("/petrel/" + link.removeprefix("./")).status == 200, link
    assert outside.get("/petrel/assets/world.json").status == 200
    with outside.stream("/petrel/api/v1/stream") as stream, outside.stream("/petrel/api/v1/live") as live:
        assert stream.line() == b"retry: 2000"
        assert live.message()["event"] == "snapshot"
        for number in range(3):
            answer = outside.request("POST", "/petrel/api/v1/ingest/suricata", eve_line(number))
            assert answer.status == 200 and answer.json["stored"] == 1
            # Before any heartbeat: nothing waits in a buffer.
            message = stream.message()
            while message is not None and set(message) <= {"comment", "retry"}:
                assert "comment" not in message, "the event waited for a heartbeat"
                message = stream.message()
            assert json.loads(message["data"])["flow"]["id"] == str(number)
    until(lambda: server.metric("petrel_streams") == 0, what="the end of the streams")

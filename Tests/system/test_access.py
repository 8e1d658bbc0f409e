"""Who may ask the API, and what broken or hostile requests do: nothing."""

import json
import re
import socket

import pytest

from conftest import TOKEN, eve, eve_line


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


# Rate limits

def test_a_client_that_asks_too_much_is_told_to_wait(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    config.write_text("web:\n  rate_limit: {query: 1, query_burst: 3, ingest: 1, ingest_burst: 1, exempt: []}\n")
    server = serve("--config", config)
    answers = [server.get("/api/v1/count") for _ in range(20)]
    assert {answer.status for answer in answers} == {200, 429} and answers[0].status == 200
    assert answers[0].headers["RateLimit-Policy"] == '"query";q=3;w=3' and answers[0].headers["RateLimit"] == '"query";r=2;t=1'
    refused = next(answer for answer in answers if answer.status == 429)
    assert "query" in refused.is_problem(429) and int(refused.headers["Retry-After"]) >= 1
    assert server.get("/healthz").status == 200 and server.get("/").status == 200
    assert server.ingest([eve(1)]).json["stored"] == 1
    server.ingest([eve(2)]).is_problem(429)
    # Nothing of what was refused is stored.
    assert 'petrel_journal_events 1\n' in server.get("/metrics").body.decode()


def test_a_workbench_on_this_machine_is_never_refused(serve):
    server = serve()
    for n in range(700):
        answer = server.get("/api/v1/sources")
        assert answer.status == 200 and "RateLimit" not in answer.headers, n


# Caching

def test_what_a_client_has_is_not_sent_again(serve):
    server = serve()
    server.ingest([eve(n) for n in range(10)])
    paths = ["count", "top?field=source.ip", "histogram", "distinct?field=source.ip", "events", "evidence", "dead-letters", "about", "openapi.json"]
    tags = {path: server.get("/api/v1/" + path).headers["ETag"] for path in paths}
    for path, tag in tags.items():
        again = server.get("/api/v1/" + path, If_None_Match=tag)
        assert again.status == 304 and again.body == b"" and again.headers["ETag"] == tag, path
    server.ingest([eve(11)])
    for path in ["count", "top?field=source.ip", "histogram", "distinct?field=source.ip", "events", "evidence"]:
        assert server.get("/api/v1/" + path, If_None_Match=tags[path]).status == 200, path
    count = server.get("/api/v1/count")
    server.stop()
    server = serve()
    assert server.get("/api/v1/count", If_None_Match=count.headers["ETag"]).status == 304, "the same events and program after a restart"
    assert server.get("/api/v1/live/snapshot").headers["Cache-Control"] == "no-store"

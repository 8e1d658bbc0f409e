"""Sources that pull over HTTP, against small servers that serve invented and recorded answers: kills, cuts, conditional requests."""

import gzip
import json
import random
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conftest import adds_up, configure_feed, feed_status, until


class Peer:
    """An HTTP server in threads; `script(request, number)` answers by the handler's own methods."""

    def __init__(self, script):
        self.script, self.requests, self.failures, self.lock = script, [], [], threading.Lock()
        self.is_over = threading.Event()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.body = self.rfile.read(length)
                with peer.lock:
                    number = len(peer.requests)
                    peer.requests.append((self.command, self.path, dict(self.headers.items()), self.body))
                try:
                    peer.script(self, number)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                except Exception as error:
                    peer.failures.append(error)
                    raise

            do_POST = do_GET

            def whole(self, body, status=200, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def start(self, kind):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True

            def send(self, text):
                self.wfile.write(text if isinstance(text, bytes) else text.encode())
                self.wfile.flush()

            def hold(self):
                """Keeps the connection until the test is over."""
                peer.is_over.wait(120)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.server.shutdown()
        self.server.server_close()
        assert not self.failures, self.failures


def ledger(server):
    return feed_status(server)["ledger"]


def wait_for(server, name, count, seconds=60):
    return until(lambda: (books := ledger(server))[name] >= count and books, seconds, f"{count} {name}")


def kill_a_few_times(follow, config, moments, times=4):
    for _ in range(times):
        server = follow(config, wait=False)
        try:
            server.process.wait(moments.uniform(0.3, 2.5))
        except subprocess.TimeoutExpired:
            server.kill()


def ecs(number):
    return {"@timestamp": "2026-01-01T00:00:00Z", "event": {"kind": "alert", "code": f"n{number}"}, "source": {"ip": "192.0.2.7"}}


def codes(petrel, tmp_path):
    return sorted(event["event"]["code"] for event in petrel.stored(tmp_path / "data"))


# Polling


@pytest.mark.timeout(240)
def test_poll_is_exactly_once_through_kills(petrel, follow, tmp_path):
    """A list that moves on, of which each answer repeats most: each item once."""
    moments, total, newest = random.Random(7), 6_000, [1500]

    def script(request, number):
        newest[0] = min(total, newest[0] + moments.randint(100, 700))
        shown = range(max(0, newest[0] - 4000), newest[0])
        body = json.dumps({"data": {"items": [ecs(index) for index in shown]}}).encode()
        request.whole(gzip.compress(body, 1), Content_Encoding="gzip", ETag=f'"{newest[0]}-{number}"')

    with Peer(script) as peer:
        config = configure_feed(
            tmp_path, "http-poll", f"url: {peer.url()}", "format: ecs", "items: [data.items]", "key: [event.code]", "interval: 1s")
        kill_a_few_times(follow, config, moments)
        server = follow(config)
        books = wait_for(server, "stored", total, 120)
        server.stop()
    assert adds_up(books) and books["dead_lettered"] == 0
    assert codes(petrel, tmp_path) == sorted(f"n{number}" for number in range(total))
    assert any("If-None-Match" in headers for _, _, headers, _ in peer.requests)


def test_poll_obeys_the_peer(follow, tmp_path):
    """304 costs nothing, Retry-After is waited for, failures are shown and mended."""

    def script(request, number):
        if number == 0:
            request.whole(b"[]", 503, Retry_After="1")
        elif number == 1:
            request.whole(b"broken", 500)
        elif "If-None-Match" in request.headers:
            assert request.headers["If-None-Match"] == '"one"' and request.headers["If-Modified-Since"] == "Thu, 01 Jan 2026 00:00:00 GMT"
            request.whole(b"", 304)
        else:
            request.whole(json.dumps([ecs(1)]).encode(), ETag='"one"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")

    with Peer(script) as peer:
        server = follow(configure_feed(
            tmp_path, "http-poll", f"url: {peer.url('/?key=hidden')}", "format: ecs", "key: [event.code]", "interval: 1s", "jitter: 0"))
        wait_for(server, "stored", 1)
        until(lambda: len(peer.requests) >= 6, what="two answers of 304")
        books = ledger(server)
        server.stop()
    assert books["stored"] == 1 and books["received"] == 1 and adds_up(books)
    assert "asks to wait 1 s" in server.errors and "answers 500: broken" in server.errors and "hidden" not in server.errors


RECORDED = [
    ("cisa-kev", "feeds/cisa-kev.json.gz", 1404, []),
    ("threatfox", "feeds/threatfox-40.json", 40, []),
    ("dshield", "feeds/firehol-2016-12/dshield.netset.gz", None, []),
    ("feodo", "feeds/feodo-2018-12-11.ipset", None, ["format: address-list", "items: []", "key: ['1']"]),
    ("urlhaus", "feeds/urlhaus-urls-only.csv.gz", 12_193, ["format: url-list", "key: ['.']"]),
]


@pytest.mark.parametrize("preset, path, count, lines", RECORDED)
def test_presets_take_recorded_answers(follow, shared, tmp_path, preset, path, count, lines):
    raw = (shared / path).read_bytes()
    body = gzip.decompress(raw) if path.endswith(".gz") else raw
    if count is None:
        count = sum(1 for line in body.splitlines() if line and not line.startswith(b"#"))

    def script(request, _):
        request.whole(body)

    with Peer(script) as peer:
        server = follow(configure_feed(tmp_path, "http-poll", f"preset: {preset}", f"url: {peer.url()}", "interval: 1s", *lines))
        until(lambda: len(peer.requests) >= 3, 90, "the third request")
        books = ledger(server)
        server.stop()
    assert books["dead_lettered"] == 0 and adds_up(books), books
    assert books["stored"] <= count and books["duplicate"] >= books["stored"], books
    # Lists may name an item twice; nothing else may be missing.
    assert books["stored"] >= count * 0.98, books


def test_radware_preset(follow, tmp_path):
    attack = {"sourceCountry": "DE ", "destinationCountry": "US", "millisecond": 7, "type": "scanners", "weight": "Light",
              "attackTime": "2026-01-01T00:00:00"}

    def script(request, number):
        request.whole(b"null" if number == 0 else json.dumps([[attack], [{**attack, "millisecond": number}]]).encode())

    with Peer(script) as peer:
        server = follow(configure_feed(tmp_path, "http-poll", "preset: radware", f"url: {peer.url()}", "interval: 1s"))
        until(lambda: len(peer.requests) >= 5, 60, "the fifth request")
        books = ledger(server)
        server.stop()
    assert adds_up(books) and books["dead_lettered"] == 0 and books["filtered"] == 1
    assert books["stored"] >= 3 and books["duplicate"] >= 2


def test_rss(petrel, follow, tmp_path):
    def item(number):
        return f"<item><guid>g{number}</guid><title>{'worm' if number % 2 else 'calm'} {number}</title><pubDate>Thu, 01 Jan 2026 00:00:0{number} GMT</pubDate></item>"

    def script(request, number):
        items = "".join(item(n) for n in range(max(0, number - 2), number + 2))
        request.whole(f"<rss><channel><title>Notes</title>{items}</channel></rss>".encode(), Content_Type="application/rss+xml")

    with Peer(script) as peer:
        server = follow(configure_feed(tmp_path, "rss", f"url: {peer.url()}", "interval: 1s", "keywords: [worm]"))
        until(lambda: len(peer.requests) >= 4, 60, "the fourth request")
        books = until(lambda: (found := ledger(server))["stored"] >= 2 and found, what="two posts")
        server.stop()
    assert adds_up(books) and books["duplicate"] > 0 and books["filtered"] >= 2
    posts = petrel.stored(tmp_path / "data")
    assert [post["post"]["id"] for post in posts][:2] == ["g1", "g3"] and posts[0]["labels"]["feed"] == "Notes"
    assert posts[0]["@timestamp"].startswith("2026-01-01T00:00:01") and all(post["event"]["family"] == "post" for post in posts)


# Streams


@pytest.mark.timeout(240)
def test_event_stream_is_exactly_once_through_kills(petrel, follow, tmp_path):
    moments, total = random.Random(9), 3000

    def script(request, number):
        request.start("text/event-stream")
        first = int(request.headers.get("Last-Event-ID") or -1) + 1
        request.send("retry: 20\n\n")
        for index in range(first, min(total, first + moments.randint(200, 900))):
            text = f"id: {index}\ndata: {json.dumps(ecs(index))}\n\n"
            request.send(text)
            if index % 50 == 0:
                time.sleep(0.005)
        # In the middle of an event.
        request.send("id: 99999999\ndata: {\"cut\"")
        if first >= total:
            request.hold()

    with Peer(script) as peer:
        config = configure_feed(tmp_path, "sse", f"url: {peer.url()}", "format: ecs")
        kill_a_few_times(follow, config, moments)
        server = follow(config)
        books = wait_for(server, "stored", total, 120)
        server.stop()
    assert adds_up(books) and books["dead_lettered"] == 0
    assert codes(petrel, tmp_path) == sorted(f"n{number}" for number in range(total))


@pytest.mark.parametrize("preset, path, names", [
    ("checkpoint", "livefeeds/checkpoint-threatmap-2026-09-05.sse", ["event:attack"]),
    ("mastodon", "social/mastodon/stream_user_direct.user.sse", ["event: update", "event: status.update"])])
def test_event_stream_presets_take_recordings(follow, shared, tmp_path, preset, path, names):
    body = (shared / path).read_bytes()
    stored = sum(line in names for line in body.decode().splitlines())

    def script(request, _):
        request.start("text/event-stream; charset=utf-8")
        request.send(body + b"\n\n")
        request.hold()

    with Peer(script) as peer:
        server = follow(configure_feed(tmp_path, "sse", f"preset: {preset}", f"url: {peer.url()}"))
        books = wait_for(server, "stored", stored)
        server.stop()
    assert books["stored"] == stored and books["dead_lettered"] == 0 and adds_up(books)


def test_x_preset(petrel, follow, tmp_path):
    """Rules from keywords, keep-alives, a loss, posts that come again."""
    (tmp_path / "x-token").write_text("t0ken\n")

    def post(number, text="a worm"):
        return json.dumps({"data": {"id": str(number), "text": text, "created_at": "2026-01-01T00:00:00.000Z", "author_id": "7"},
                           "includes": {"users": [{"id": "7", "username": "ann"}]}}) + "\r\n"

    def script(request, number):
        assert request.headers["Authorization"] == "Bearer t0ken"
        if request.path == "/rules":
            is_read = request.command == "GET"
            return request.whole(b'{"data":[{"id":"9","value":"old","tag":"petrel:feed"}]}' if is_read else b"{}", 200 if is_read else 201)
        request.start("application/json")
        request.send("\r\n" + post(1) + post(2, "nothing"))
        if "backfill_minutes=2" in request.path:
            request.send(post(3))
            request.hold()

    with Peer(script) as peer:
        server = follow(configure_feed(
            tmp_path, "http-stream", "preset: x", f"url: {peer.url('/stream')}", f"rules_url: {peer.url('/rules')}",
            "token_file: ./x-token", "keywords: [worm, '#infosec']", "backfill_minutes: 2"))
        books = wait_for(server, "stored", 2)
        until(lambda: (found := ledger(server))["duplicate"] >= 2 and found, what="posts that come again")
        books = ledger(server)
        server.stop()
    assert books["stored"] == 2 and books["filtered"] == 1 and books["duplicate"] == 2 and adds_up(books)
    sent = [(method, body.decode()) for method, path, _, body in peer.requests if path == "/rules"]
    assert sent[1] == ("POST", '{"delete":{"ids":["9"]}}')
    assert json.loads(sent[2][1])["add"] == [{"value": '"worm" OR #infosec', "tag": "petrel:feed"}]
    assert [event["post"]["id"] for event in petrel.stored(tmp_path / "data")] == ["1", "3"]


def test_lost_stream_is_noticed(follow, tmp_path):
    def script(request, number):
        request.start("application/x-ndjson")
        request.send(json.dumps(ecs(number)) + "\n")
        request.hold()

    with Peer(script) as peer:
        server = follow(configure_feed(tmp_path, "http-stream", f"url: {peer.url()}", "format: ecs", "idle_timeout: 500ms"))
        wait_for(server, "stored", 2)
        server.stop()
    assert "nothing came for 0.5 s" in server.errors


def test_configuration_says_what_is_missing(petrel, tmp_path):
    config = configure_feed(tmp_path, "http-poll", "interval: 1s")
    done = subprocess.run([petrel.binary, "check-config", config], capture_output=True, timeout=60)
    assert done.returncode != 0 and b"url: is missing; add it, or name a preset" in done.stderr + done.stdout
    config = configure_feed(tmp_path, "http-stream", "preset: x")
    done = subprocess.run([petrel.binary, "check-config", config], capture_output=True, timeout=60)
    assert done.returncode != 0 and b"token_file: is missing" in done.stderr + done.stdout

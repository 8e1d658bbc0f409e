"""A feed over WebSocket, served by the `websockets` package: cuts, kills, resuming, compression, TLS."""

import asyncio
import gzip
import json
import random
import ssl
import subprocess
import threading

import pytest
import websockets
from websockets.asyncio.server import serve as serve_websocket
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from conftest import adds_up, configure_feed, feed_status, until

START = 1_767_225_600_000_000


def post(number):
    """A Jetstream event of an invented post."""
    return {
        "did": f"did:plc:author{number % 7}", "time_us": START + number * 100_000, "kind": "commit",
        "commit": {
            "rev": f"rev{number}", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"key{number}", "cid": f"cid{number}",
            "record": {"$type": "app.bsky.feed.post", "createdAt": "2026-01-01T00:00:00Z", "langs": ["en"], "text": f"post {number} " * 20},
        },
    }


class Feed:
    """A server in a thread; `script(connection, number)` serves each connection."""

    def __init__(self, script, **options):
        self.script, self.options = script, options
        self.targets, self.extensions, self.failures = [], [], []
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())

    async def _serve(self):
        self.end = asyncio.Event()
        async with serve_websocket(self._take, "127.0.0.1", 0, **self.options) as server:
            self.port = server.sockets[0].getsockname()[1]
            self.ready.set()
            await self.end.wait()

    async def _take(self, connection):
        number = len(self.targets)
        self.targets.append(connection.request.path)
        self.extensions.append(connection.response.headers.get("Sec-WebSocket-Extensions"))
        try:
            await self.script(connection, number)
        except websockets.ConnectionClosed:
            pass
        except Exception as error:
            self.failures.append(error)
            raise

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(10)
        assert not self.failures, self.failures


def configure(tmp_path, *lines):
    return configure_feed(tmp_path, "websocket", *lines)


def stored_at_least(server, count):
    until(lambda: feed_status(server)["ledger"]["stored"] >= count, seconds=90, what=f"{count} stored events")


def live_feed(total, moments):
    """Jetstream: from the cursor on, inclusive, a little out of order; cuts the connection now and then."""
    order = list(range(total))
    for at in range(0, total - 5, 5):
        part = order[at:at + 5]
        moments.shuffle(part)
        order[at:at + 5] = part

    async def script(connection, number):
        _, _, cursor = connection.request.path.partition("cursor=")
        left = moments.randint(total // 5, total // 2)
        for index in order:
            event = post(index)
            if cursor and event["time_us"] < int(cursor):
                continue
            await connection.send(json.dumps(event))
            if index % 20 == 0:
                await asyncio.sleep(0.001)
            left -= 1
            if left == 0 and number < 4:
                # In the middle of a message: the head of a frame of 100 bytes, and 3 of them.
                connection.transport.write(b"\x81\x64{\"d")
                connection.transport.abort()
                return
        await connection.wait_closed()

    return script


@pytest.mark.timeout(240)
def test_resumes_after_kills_and_cuts(petrel, follow, tmp_path):
    """Every post once, although the feed repeats five seconds at each connection."""
    moments, total = random.Random(20_261_121), 2000
    with Feed(live_feed(total, moments)) as feed:
        config = configure(
            tmp_path, "preset: bluesky",
            f'url: "ws://127.0.0.1:{feed.port}/subscribe?wantedCollections=app.bsky.feed.post&cursor={{cursor}}"')
        for _ in range(4):
            server = follow(config, wait=False)
            try:
                server.process.wait(moments.uniform(0.5, 3.0))
            except subprocess.TimeoutExpired:
                server.kill()
        server = follow(config)
        stored_at_least(server, total)
        ledger = feed_status(server)["ledger"]
        server.stop()
    assert adds_up(ledger), ledger
    assert ledger["stored"] == total and ledger["dead_lettered"] == 0
    stored = petrel.stored(tmp_path / "data")
    assert sorted(event["post"]["id"] for event in stored) == sorted(f"at://{post(n)['did']}/app.bsky.feed.post/key{n}" for n in range(total))
    assert "cursor" not in feed.targets[0] and "cursor=" in feed.targets[-1]


@pytest.mark.parametrize("takeover", [True, False])
def test_compression(follow, tmp_path, takeover):
    extension = ServerPerMessageDeflateFactory(server_no_context_takeover=not takeover, server_max_window_bits=12)

    async def script(connection, _):
        for number in range(300):
            text = json.dumps(post(number))
            # Now and then in fragments, which are compressed together.
            await connection.send([text[:50], text[50:51], text[51:]] if number % 3 == 0 else text)
        await connection.wait_closed()

    with Feed(script, compression=None, extensions=[extension]) as feed:
        server = follow(configure(tmp_path, "preset: bluesky", f"url: ws://127.0.0.1:{feed.port}/"))
        stored_at_least(server, 300)
        ledger = feed_status(server)["ledger"]
        server.stop()
    assert "permessage-deflate" in feed.extensions[0]
    assert ("server_no_context_takeover" in feed.extensions[0]) != takeover
    assert ledger["dead_lettered"] == 0 and adds_up(ledger)


def test_bomb_is_a_dead_letter(follow, tmp_path):
    async def script(connection, number):
        if number == 0:
            await connection.send("0" * 20_000_000)
            await connection.send(json.dumps(post(1)))
        await connection.wait_closed()

    with Feed(script, max_size=None) as feed:
        server = follow(configure(tmp_path, "preset: bluesky", f"url: ws://127.0.0.1:{feed.port}/"))
        stored_at_least(server, 1)
        ledger = feed_status(server)["ledger"]
        server.stop()
    assert ledger["dead_lettered"] == 1 and adds_up(ledger)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A certificate of its own authority for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=feed",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
        check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("trusted", [True, False])
def test_tls(follow, tmp_path, certificates, trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "ca.pem", certificates / "key.pem")

    async def script(connection, _):
        await connection.send(json.dumps(post(1)))
        await connection.wait_closed()

    with Feed(script, ssl=context) as feed:
        lines = [f"tls_ca: {certificates / 'ca.pem'}"] if trusted else []
        server = follow(configure(tmp_path, "preset: bluesky", f"url: wss://127.0.0.1:{feed.port}/", *lines))
        if trusted:
            stored_at_least(server, 1)
        else:
            state = until(lambda: feed_status(server)["state"] == "failing" and feed_status(server), what="the refusal")
            assert "TLS" in state["reason"]
        server.stop()
    assert len(feed.targets) == (1 if trusted else 0)


def test_recorded_bluesky(petrel, follow, tmp_path, shared):
    lines = (shared / "social/jetstream/expected_v1.jsonl").read_text().splitlines()

    async def script(connection, number):
        for line in lines if number else lines[:100]:
            await connection.send(line)
        if number:
            await connection.wait_closed()

    with Feed(script) as feed:
        server = follow(configure(tmp_path, "preset: bluesky", f"url: ws://127.0.0.1:{feed.port}/"))
        until(lambda: feed_status(server)["ledger"]["received"] >= len(lines) + 100, what="both connections")
        ledger = feed_status(server)["ledger"]
        server.stop()
    assert adds_up(ledger) and ledger["duplicate"] == 100 and ledger["dead_lettered"] == 0
    posts = [json.loads(line) for line in lines]
    expected = sum(
        1 for event in posts if event.get("commit", {}).get("collection") == "app.bsky.feed.post" and event["commit"]["operation"] != "delete")
    assert ledger["stored"] == expected


def test_recorded_satori(petrel, follow, tmp_path, shared):
    pdus = [json.loads(line) for line in (shared / "livefeeds/satori-rtm-pdus.SYNTHETIC.jsonl").read_text().splitlines()]
    subscribed = []

    async def script(connection, number):
        subscribed.append(json.loads(await connection.recv()))
        for pdu in pdus[1:3]:
            await connection.send(json.dumps(pdu))
        if number == 0:
            await connection.send(json.dumps(pdus[4]))
        await connection.wait_closed()

    with Feed(script) as feed:
        server = follow(
            configure(tmp_path, "preset: satori-rtm", f"url: ws://127.0.0.1:{feed.port}/v2?appkey=k", "channel: live-cyber-attack-threat-map"))
        until(lambda: len(subscribed) == 2 and feed_status(server)["ledger"]["stored"] >= 4, what="the second subscription")
        server.stop()
    assert subscribed[0]["body"]["channel"] == "live-cyber-attack-threat-map" and "position" not in subscribed[0]["body"]
    assert subscribed[1]["body"]["position"] == pdus[4]["body"]["position"]


def test_recorded_mastodon(follow, tmp_path, shared, monkeypatch):
    with gzip.open(shared / "social/mastodon/statuses.jsonl.gz", "rt") as file:
        statuses = [line.strip() for line in file if line.strip()]
    monkeypatch.setenv("FEED_TOKEN", "secret")
    seen = []

    async def script(connection, _):
        seen.append(connection.request.headers.get("Authorization"))
        for status in statuses:
            await connection.send(json.dumps({"stream": ["public"], "event": "update", "payload": status}))
        await connection.send(json.dumps({"stream": ["public"], "event": "delete", "payload": "1"}))
        await connection.send(json.dumps({"stream": ["user"], "event": "filters_changed"}))
        await connection.wait_closed()

    with Feed(script) as feed:
        server = follow(
            configure(
                tmp_path, "preset: mastodon", f"url: ws://127.0.0.1:{feed.port}/api/v1/streaming?stream=public", "headers:",
                '  Authorization: "Bearer ${FEED_TOKEN}"'))
        until(lambda: feed_status(server)["ledger"]["received"] >= len(statuses) + 1, what="all messages")
        ledger = feed_status(server)["ledger"]
        server.stop()
    assert seen == ["Bearer secret"]
    assert adds_up(ledger) and ledger["stored"] == len(statuses), ledger


def test_recorded_fortinet(follow, tmp_path, shared):
    lines = (shared / "livefeeds/fortinet-wamp2.SYNTHETIC.jsonl").read_text().splitlines()
    sent = []

    async def script(connection, _):
        sent.append(json.loads(await connection.recv()))
        await connection.send(lines[1])
        sent.append(json.loads(await connection.recv()))
        for line in lines[3:]:
            await connection.send(line)
        await connection.wait_closed()

    with Feed(script, subprotocols=["wamp.2.json"]) as feed:
        server = follow(configure(tmp_path, "preset: fortinet", f"url: ws://127.0.0.1:{feed.port}/ws"))
        stored_at_least(server, 1)
        ledger = feed_status(server)["ledger"]
        server.stop()
    assert sent[0][0] == 1 and sent[1] == [32, 1, {}, "ips"]
    assert adds_up(ledger) and ledger["dead_lettered"] == 0

"""Event streams: every event once and in order, whoever else reads or does not."""

import itertools
import json
import os
import random
import re
import selectors
import socket
import threading
import time

import pytest

from conftest import SLOW, eve, until

EVENTS = 20_000 if SLOW else 4_000
HEALTHY = 50
STREAMS = 1_000


def number(message):
    return int(json.loads(message["data"])["flow"]["id"])


class Load(threading.Thread):
    """Posts numbered events in small bodies from a thread of its own."""

    def __init__(self, server, count, body=20, pause=0.0, first=0):
        super().__init__(daemon=True)
        self.server, self.count, self.body, self.pause, self.first = server, count, body, pause, first
        self.sent = {}
        self.failure = None
        self.halt = threading.Event()

    def run(self):
        try:
            for start in range(self.first, self.first + self.count, self.body):
                numbers = range(start, min(start + self.body, self.first + self.count))
                now = time.monotonic()
                self.sent.update(dict.fromkeys(numbers, now))
                while (answer := self.server.ingest([eve(n) for n in numbers])).status == 429:
                    self.halt.wait(0.05)
                assert answer.status == 200 and answer.json["stored"] == len(numbers), answer.body
                if self.halt.wait(self.pause):
                    return
        except Exception as error:
            self.failure = error

    def finish(self):
        self.join(120)
        assert not self.is_alive() and self.failure is None, self.failure


def test_resume_under_load_gives_every_event_once_in_order(serve):
    server = serve()
    count, chance = EVENTS // 2, random.Random(3)
    load = Load(server, count, pause=0.002)
    seen, ids, last, connections = [], [], "0", 0
    load.start()
    while len(seen) < count:
        connections += 1
        # The header and the parameter mean the same.
        resume = {"path": f"/api/v1/stream?after={last}"} if connections % 2 else {"headers": {"Last-Event-ID": last}}
        with server.stream(**resume) as stream:
            assert stream.status == 200
            for message in itertools.islice(stream.events(), chance.randint(1, 150)):
                seen.append(number(message))
                ids.append(int(message["id"]))
                last = message["id"]
                if len(seen) == count:
                    break
    load.finish()
    assert seen == list(range(count)) and ids == sorted(set(ids))
    assert connections > 5


def test_resume_of_ndjson(serve):
    server = serve()
    load = Load(server, 600, pause=0.002)
    load.start()
    seen, last = [], "0"
    while len(seen) < 600:
        with server.stream(f"/api/v1/stream?after={last}", {"Accept": "application/x-ndjson"}) as stream:
            assert stream.answer.headers["Content-Type"].startswith("application/x-ndjson")
            taken = 0
            while len(seen) < 600 and taken < 70:
                if line := stream.line():
                    event = json.loads(line)
                    seen.append(int(event["flow"]["id"]))
                    last = event["event"]["id"]
                    taken += 1
    load.finish()
    assert seen == list(range(600))


def test_without_a_cursor_it_begins_with_the_next_event(serve):
    server = serve()
    server.ingest([eve(1)])
    with server.stream() as stream:
        assert stream.line() == b"retry: 2000"
        server.ingest([eve(2)])
        assert number(next(stream.events())) == 2


def test_after_and_event_documents(serve):
    server = serve()
    answer = server.ingest([eve(n) for n in range(5)]).json
    with server.stream("/api/v1/stream?after=0") as stream:
        messages = list(itertools.islice(stream.events(), 5))
    assert [number(message) for message in messages] == list(range(5))
    assert messages[0]["id"] == answer["first_id"] and messages[4]["id"] == answer["last_id"]
    with server.stream(f"/api/v1/stream?after={messages[2]['id']}") as stream:
        assert [number(message) for message in itertools.islice(stream.events(), 2)] == [3, 4]
    for message in messages:
        document = json.loads(message["data"])
        whole = server.get(f"/api/v1/events/{message['id']}").json
        assert json.loads(whole["event"].pop("original")) == eve(number(message))
        assert whole == document and document["event"]["id"] == message["id"]


def test_filters(serve):
    server = serve()
    signatures = {1: "ET SCAN a", 2: "ET EXPLOIT b", 3: "ET MALWARE c"}
    records = [eve(n, alert={"signature": text, "severity": 1}) for n, text in signatures.items()]
    records += [eve(4, event_type="dns", dns={"rrname": "a.example"}), eve(5, alert={"signature": "ET SCAN end", "severity": 1})]
    assert server.ingest(records).json["stored"] == 5

    def numbers(query, count):
        with server.stream(f"/api/v1/stream?after=0&{query}") as stream:
            return [number(message) for message in itertools.islice(stream.events(), count)]

    assert numbers("", 5) == [1, 2, 3, 4, 5]
    assert numbers("families=record", 1) == [4]
    assert numbers("families=attack", 4) == [1, 2, 3, 5]
    assert numbers("families=attack&types=exploit,malware", 2) == [2, 3]
    assert numbers("types=scan&families=attack", 2) == [1, 5]
    # A live frame has the same choice.
    recent = until(lambda: server.snapshot("?families=attack&types=exploit")["recent"], what="the exploit on the stage")
    assert [row[4] and row[3] for row in recent] == ["exploit"]


@pytest.mark.parametrize("path", ["stream?families=attacks", "stream?types=scam", "stream?after=x", "stream?after=-1", "stream?bogus=1",
                                  "live?families=attacks", "live?types=scam", "live?bogus=1", "live/snapshot?families=attacks",
                                  "evidence?after=x", "evidence?upTo=x", "evidence?lat=north&lon=1", "evidence?address=nobody",
                                  "evidence?families=attacks", "evidence?from=2&to=1", "events/x", "dead-letters?limit=0"])
def test_bad_parameters_are_problems(serve_once, path):
    serve_once.get("/api/v1/" + path).is_problem(400)


@pytest.fixture
def serve_once(serve):
    return serve()


def test_a_quiet_stream_has_a_heartbeat(serve):
    server = serve()
    with server.stream(timeout=15) as stream, server.stream(headers={"Accept": "application/x-ndjson"}, timeout=15) as lines:
        until(lambda: (message := stream.message()) and "comment" in message, 15, "a comment")
        assert lines.line() == b""


def test_live_begins_with_a_snapshot_and_keeps_ten_frames_a_second(serve):
    server = serve()
    server.ingest([eve(n) for n in range(10)])
    until(lambda: len(server.snapshot()["recent"]) == 10, what="the ten events on the stage")
    load = Load(server, EVENTS // 2, body=5, first=10)
    with server.stream("/api/v1/live") as stream:
        first = stream.message()
        assert first["event"] == "snapshot" and json.loads(first["data"])["upTo"] == first["id"]
        state = json.loads(first["data"])
        assert state["totals"]["stored"] == len(state["recent"]) == 10
        load.start()
        arrivals, total, up_to = [], 10, first["id"]
        for message in stream.events():
            assert message["event"] == "frame", message["event"]
            frame = json.loads(message["data"])
            assert message["id"] == frame["upTo"] == frame["span"]["upTo"]
            assert frame["span"]["after"] == up_to, "spans have no hole"
            up_to = frame["upTo"]
            total += frame["n"]
            # The journal may be ahead of the frame, never behind it.
            assert total <= frame["totals"]["stored"] <= 10 + EVENTS // 2
            assert sum(arc[7] for arc in frame["arcs"]) <= frame["n"] and len(frame["ticker"]) <= 20
            arrivals.append(frame["clock"])
            if total == 10 + EVENTS // 2:
                break
    load.finish()
    # By the server's clock: at most ten in any second.
    for first, eleventh in zip(arrivals, arrivals[11:]):
        assert eleventh - first >= 1_000, arrivals
    ledger = server.snapshot()["ledger"]
    assert ledger["stored"] == ledger["received"] == total


def test_equal_spans_show_equal_totals(serve):
    """Numbers belong to `upTo`: 0 events known means that 0 are stored."""
    server = serve()
    load = Load(server, 600, body=1)
    load.start()
    answers = []
    while load.is_alive():
        answers.append(server.snapshot())
    load.finish()
    stored = {}
    for answer in answers:
        assert stored.setdefault(answer["upTo"], answer["totals"]["stored"]) == answer["totals"]["stored"], answer["upTo"]
        assert len(answer["recent"]) == answer["totals"]["stored"]


IDS = re.compile(rb"(?<=\"flow\":\{\"id\":\")\d+")


class Crowd:
    """Healthy clients on sockets of their own, read by one thread; notes when each event came to each."""

    def __init__(self, server, count):
        self.selector = selectors.DefaultSelector()
        self.seen = [[] for _ in range(count)]
        self.delays = []
        self.rest = [b""] * count
        for index in range(count):
            self.selector.register(open_stream(server, "/api/v1/stream"), selectors.EVENT_READ, index)

    def read(self, load, until_count, seconds=150):
        deadline = time.monotonic() + seconds
        waiting = set(range(len(self.seen)))
        while waiting:
            assert time.monotonic() < deadline, f"{len(waiting)} of {len(self.seen)} wait; {min(map(len, self.seen))} events came at least"
            assert load.failure is None, load.failure
            for key, _ in self.selector.select(1):
                part = key.fileobj.recv(1 << 20)
                assert part, "a healthy client was disconnected"
                now = time.monotonic()
                # Chunk headers stand between messages only; a message that is cut waits for its end.
                text = self.rest[key.data] + part
                end = text.rfind(b"\n\n") + 2
                if end < 2:
                    self.rest[key.data] = text
                    continue
                self.rest[key.data] = text[end:]
                for found in IDS.findall(text, 0, end):
                    self.seen[key.data].append(event := int(found))
                    self.delays.append(now - load.sent[event])
                if len(self.seen[key.data]) >= until_count:
                    waiting.discard(key.data)

    def percentile(self, share):
        return sorted(self.delays)[int(len(self.delays) * share)]

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


def open_stream(server, path, receive_buffer=None):
    """A raw stream whose answer has begun."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    if not receive_buffer:
        head = b""
        while b"retry: 2000" not in head:
            assert (part := connection.recv(4096)), head
            head += part
        assert head.startswith(b"HTTP/1.1 200"), head
    return connection


@pytest.mark.timeout(600)
def test_a_frozen_reader_delays_nobody(serve):
    server = serve()
    results = []
    for turn, frozen in enumerate([False, True]):
        crowd = Crowd(server, HEALTHY)
        before = server.metric("petrel_streams")
        stuck = open_stream(server, "/api/v1/stream", receive_buffer=4096) if frozen else None
        if frozen:
            until(lambda: server.metric("petrel_streams") == before + 1, what="the frozen reader's stream")
        load = Load(server, EVENTS, body=50, pause=0.01, first=turn * EVENTS)
        load.start()
        crowd.read(load, EVENTS)
        load.finish()
        for seen in crowd.seen:
            assert seen == list(range(turn * EVENTS, (turn + 1) * EVENTS))
        results.append(crowd.percentile(0.99))
        crowd.close()
        if stuck:
            stuck.close()
    print(f"p99 of {HEALTHY} clients over {EVENTS} events: {results[0] * 1e3:.1f} ms, beside a frozen one {results[1] * 1e3:.1f} ms, "
          f"ratio {results[1] / results[0]:.2f}")


def test_a_stalled_reader_gets_the_rest(serve):
    server = serve()
    count = EVENTS
    stalled = open_stream(server, "/api/v1/stream?after=0", receive_buffer=4096)
    load = Load(server, count, body=1_000)
    load.start()
    load.finish()
    seen, rest = [], b""
    while len(seen) < count:
        part = stalled.recv(1 << 16)
        assert part, f"disconnected after {len(seen)} events"
        text = rest + part
        end = text.rfind(b"\n\n") + 2
        if end >= 2:
            seen += map(int, IDS.findall(text, 0, end))
            rest = text[end:]
        else:
            rest = text
    stalled.close()
    assert seen == list(range(count))


def test_a_screen_that_was_stalled_is_told_of_the_gap(serve):
    """received = drawn + shed, whatever a screen missed."""
    server = serve()
    screen = open_stream(server, "/api/v1/live", receive_buffer=2048)
    until(lambda: server.metric("petrel_streams") == 1, what="the screen's stream")
    load = Load(server, EVENTS, body=200)
    load.start()
    load.finish()
    text, total = b"", None
    deadline = time.monotonic() + 30
    while total != EVENTS:
        assert time.monotonic() < deadline, text[-500:]
        text += screen.recv(1 << 16)
        found = re.findall(rb'"stored":(\d+)\},"types"', text)
        total = int(found[-1]) if found else None
    screen.close()
    until(lambda: server.metric("petrel_streams") == 0, what="the end of the stream")


def test_streams_do_not_leak(serve):
    server = serve()
    for start in range(0, STREAMS, 100):
        streams = [open_stream(server, "/api/v1/live" if n % 2 else "/api/v1/stream") for n in range(start, start + 100)]
        assert server.metric("petrel_streams") == 100
        for connection in streams:
            connection.close()
        until(lambda: server.metric("petrel_streams") == 0, what="the end of all streams")
    descriptors = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    assert descriptors < 100


def test_sigterm_ends_open_streams(serve):
    server = serve()
    streams = [server.stream(path) for path in ["/api/v1/stream", "/api/v1/live"] for _ in range(5)]
    frozen = open_stream(server, "/api/v1/live", receive_buffer=2048)
    until(lambda: server.metric("petrel_streams") == 11, what="all streams")
    server.stop(10)
    for stream in streams:
        while stream.message() is not None:
            pass
        stream.close()
    frozen.close()

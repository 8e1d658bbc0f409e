"""Stored windows, played for one screen: what is shown at the end is what a question about the window answers."""

import gzip
import http.client
import json
from datetime import datetime, timezone
from urllib.parse import urlencode

from conftest import eve, until

DAY = "2013-05-18"
START = int(datetime(2013, 5, 18, tzinfo=timezone.utc).timestamp() * 1000)
HOUR = 3_600_000
# 600 times as fast as it happened: a minute of the day in every frame.
FRAME = 60_000
SPEED = 600


def window(first=0, last=24, **more):
    return {"from": START + int(first * HOUR), "to": START + int(last * HOUR), "speed": SPEED, **more}


def play(server, values):
    """The snapshot, the frames and the end of a replay."""
    with server.stream(f"/api/v1/live/replay?{urlencode(values)}", timeout=120) as stream:
        assert stream.status == 200
        messages = [(message["event"], json.loads(message["data"])) for message in stream.events()]
    assert messages[0][0] == "snapshot" and messages[-1][0] == "end", [name for name, _ in messages]
    return messages[0][1], [frame for name, frame in messages if name == "frame"], messages[-1][1]


def count(server, **values):
    return server.get(f"/api/v1/count?{urlencode(values)}").json["count"]


def test_a_recorded_day_at_600_times_its_pace(serve, shared, petrel, tmp_path):
    """A whole day without its pauses: every frame's totals, and at the end those that questions answer, with a query and without."""
    log = tmp_path / "marx.csv"
    with gzip.open(shared / "marx/marx-geo.2013-03-to-07.csv.gz", "rt") as lines, log.open("w") as out:
        for number, line in enumerate(lines):
            # The day, and some of the days around it.
            if number == 0 or line.startswith((f"{DAY} ", "2013-05-17 23:", "2013-05-19 00:")):
                out.write(line)
    petrel.import_files(tmp_path / "data", log)
    server = serve()
    whole = count(server, **{"from": START, "to": START + 24 * HOUR})
    assert whole > 1000
    # As many frames as the day has, sent without the pauses between them.
    snapshot, frames, end = play(server, window(frames=2_000))
    assert snapshot["totals"]["events"] == 0 and snapshot["clock"] == START
    assert len(frames) == 1440 and end == {"state": "finished", "clock": START + 24 * HOUR}
    assert [frame["span"]["from"] for frame in frames] == list(range(START, START + 24 * HOUR, FRAME))
    assert sum(frame["n"] for frame in frames) == whole == frames[-1]["totals"]["events"]
    rising = [frame["totals"]["events"] for frame in frames]
    assert rising == sorted(rising)
    for hour in [1, 7, 13.5, 20]:
        frame = frames[int(hour * 60) - 1]
        assert frame["totals"]["events"] == count(server, **{"from": START, "to": frame["clock"]})
    last = frames[-1]
    tops = server.get(f"/api/v1/top?{urlencode({'field': 'source.geo.country_iso_code', 'limit': 20, 'from': START, 'to': START + 24 * HOUR})}").json
    assert sorted(row[2] for row in last["tops"]["countries"]) == sorted(group["count"] for group in tops["groups"])
    # A screen that begins in the middle has the same numbers.
    middle, rest, _ = play(server, window(at=START + 15 * HOUR, frames=2_000))
    assert middle["totals"] == frames[15 * 60 - 1]["totals"]
    assert [frame["totals"] for frame in rest] == [frame["totals"] for frame in frames[15 * 60:]]
    assert rest[-1]["tops"] == last["tops"]
    for query in ["destination.port: 22", "source.geo.country_iso_code: (CN or US) and not destination.port: 1433", "observer.name: groucho*"]:
        _, frames, _ = play(server, window(frames=2_000, q=query))
        wanted = count(server, **{"from": START, "to": START + 24 * HOUR, "q": query})
        assert 0 < frames[-1]["totals"]["events"] == wanted == sum(frame["n"] for frame in frames) < whole, query


def test_frames_come_at_the_pace_of_playing_and_a_screen_may_leave(serve):
    server = serve()
    server.ingest([eve(n) for n in range(50)])
    values = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "speed": SPEED}
    # More than there are seats, one after another: whoever leaves gives its seat back.
    for _ in range(20):
        with server.stream(f"/api/v1/live/replay?{urlencode(values)}") as stream:
            assert stream.message()["event"] == "snapshot" and stream.message()["event"] == "frame"
    streams = []
    try:
        while len(streams) < 40:
            streams.append(server.stream(f"/api/v1/live/replay?{urlencode(values)}"))
            if streams[-1].status != 200:
                break
        assert streams[-1].status == 503 and streams[-1].answer.headers["Retry-After"]
        assert len(streams) > 1
    finally:
        for stream in streams:
            stream.close()

    def is_free():
        with server.stream(f"/api/v1/live/replay?{urlencode({**values, 'frames': 0})}") as stream:
            return stream.status == 200

    until(is_free, what="a seat")


def test_the_server_ends_while_a_window_is_played(serve):
    server = serve()
    server.ingest([eve(n) for n in range(5)])
    with server.stream("/api/v1/live/replay?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z") as stream:
        assert stream.message()["event"] == "snapshot"
        server.stop()


def test_live_screens_with_a_query(serve):
    server = serve()
    with server.stream("/api/v1/live?q=destination.port%3A+4242") as stream:
        assert json.loads(stream.message()["data"])["recent"] == []
        server.ingest([eve(n, dest_port=4242 if n % 4 == 0 else 80) for n in range(40)])
        drawn, rows, stored = 0, [], 0
        while stored < 40:
            frame = json.loads(next(stream.events())["data"])
            drawn += frame["n"]
            rows += frame["ticker"]
            stored = frame["totals"]["stored"]
    assert drawn == len(rows) == 10 and {row[11] for row in rows} == {4242}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/api/v1/live?q=destination.port%3A+%28")
    answer = connection.getresponse()
    assert answer.status == 400 and json.load(answer)["position"] == 19
    connection.close()

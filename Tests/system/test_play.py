"""`serve --play` and the simulated world."""

import json
import os
import subprocess
import time

import pytest

from conftest import eve, eve_line, until

FIRST, LAST = 1_767_225_600_000, 1_767_311_999_000  # 2026-01-01 00:00:00 and 23:59:59 UTC
COUNT = 2_000


@pytest.fixture
def logs(tmp_path):
    """A day of alerts in two files, in no order, with some flows between."""
    numbers = sorted(range(COUNT), key=lambda n: n * 7_919 % COUNT)
    lines = [eve_line(n, timestamp=stamp(FIRST + (LAST - FIRST) * n // (COUNT - 1))) for n in numbers]
    lines += [eve_line(COUNT + n, event_type="flow", timestamp=stamp(FIRST + 1_000 * n)) for n in range(100)]
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    files[0].write_bytes(b"".join(lines[:700]))
    files[1].write_bytes(b"".join(lines[700:]))
    return files


def stamp(milliseconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"


def check(state):
    """What holds at every moment of a replay."""
    replay = state["replay"]
    assert state["mode"] == "replay" and replay["from"] <= state["clock"] <= replay["to"], state["clock"]
    assert state["totals"]["attacks"] == sum(state["types"].values()) == sum(state["severity"].values())
    assert 0 <= state["totals"]["attacks"] <= COUNT
    return state


def test_a_window_is_played_with_its_own_clock(serve, logs):
    server = serve("--play", *logs, "--play-seconds", 3)
    with server.stream("/api/v1/live") as stream:
        frames, drawn, ticked = [], 0, []
        first = stream.message()
        assert first["event"] == "snapshot"
        state = check(json.loads(first["data"]))
        assert state["recent"] == [] and abs(state["replay"]["from"] - FIRST) < 60_000 and abs(state["replay"]["to"] - LAST) < 60_000
        assert state["replay"]["state"] == "playing" and state["totals"]["stored"] <= COUNT + 100
        assert state["replay"]["speed"] == pytest.approx((state["replay"]["to"] - state["replay"]["from"]) / 3_000, rel=0.05)
        attacks = before = state["totals"]["attacks"]
        clock = state["clock"]
        for message in stream.events():
            frame = json.loads(message["data"])
            check({"mode": "replay", **frame} if "replay" in frame else {"mode": "replay", "replay": state["replay"], **frame})
            assert frame["clock"] >= clock and frame["totals"]["attacks"] >= attacks
            clock, attacks = frame["clock"], frame["totals"]["attacks"]
            if message["event"] == "frame":
                frames.append(frame)
                drawn += frame["n"]
                assert set(frame["span"]) == {"from", "to"} or frame["n"] == 0
            if frame.get("replay", {}).get("state") == "finished":
                break
    assert len(frames) > 5
    assert attacks == COUNT
    assert drawn <= COUNT
    state = check(server.snapshot())
    assert state["replay"]["state"] == "finished" and state["totals"]["stored"] == COUNT + 100
    assert state["totals"]["attacks"] == COUNT == state["types"]["scan"]
    for frame in frames[:5]:
        if frame["n"]:
            found = server.get(f"/api/v1/evidence?from={frame['span']['from']}&to={frame['span']['to']}").json
            assert found["total"] == frame["n"]


def test_totals_at_the_end_and_again(serve, logs):
    server = serve("--play", *logs, "--play-seconds", 3)

    def finished():
        state = server.snapshot()
        return state if state["replay"]["state"] == "finished" else None

    end = until(finished, what="the end")
    assert check(end)["totals"]["attacks"] == COUNT
    assert end["ledger"]["received"] == end["ledger"]["stored"] == COUNT + 100
    with server.stream("/api/v1/live") as stream:
        assert stream.message()["event"] == "snapshot"
        assert server.post("/api/v1/replay", b'{"action":"restart"}').status == 200
        while (message := stream.message())["event"] != "snapshot":
            pass
        again = check(json.loads(message["data"]))
        assert again["replay"]["state"] == "playing" and again["totals"]["attacks"] < COUNT
    second = until(finished, what="the second end")
    same = ["totals", "types", "severity", "tops", "countries", "unplaced"]
    assert {name: second[name] for name in same} == {name: end[name] for name in same}

    assert server.post("/api/v1/replay", b'{"action":"stop"}').status == 200
    state = server.snapshot()
    assert state["mode"] == "live" and "replay" not in state and state["totals"]["stored"] == COUNT + 100
    for body in [b"", b"{}", b'{"action":"play"}', b"[", b'{"action":1}']:
        server.post("/api/v1/replay", body).is_problem(400)


def test_played_again_it_stores_nothing_and_plays_the_same(serve, logs):
    for _ in range(2):
        server = serve("--play", *logs, "--play-seconds", 1)
        state = until(lambda: (state := server.snapshot())["replay"]["state"] == "finished" and state, what="the end")
        assert state["totals"]["attacks"] == COUNT and state["totals"]["stored"] == COUNT + 100
        server.stop()


def test_events_that_come_while_playing_are_stored(serve, logs):
    server = serve("--play", *logs, "--play-seconds", 2)
    assert server.ingest([eve(9_000)]).json["stored"] == 1
    state = until(lambda: (state := server.snapshot())["replay"]["state"] == "finished" and state, what="the end")
    assert state["totals"]["stored"] == COUNT + 101
    server.post("/api/v1/replay", b'{"action":"stop"}')
    assert server.snapshot()["recent"][-1][1] == 1_767_234_600_009


def test_nothing_to_replay(serve):
    server = serve()
    for action in ["restart", "stop"]:
        server.post("/api/v1/replay", json.dumps({"action": action}).encode()).is_problem(409)


def test_nothing_that_could_be_played_is_an_error(petrel, tmp_path):
    process = subprocess.Popen(petrel.command("serve", "--port", "0", "--data", tmp_path / "data", "--play", tmp_path / "missing.json"),
                               cwd=petrel.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, errors = process.communicate(timeout=15)
        assert process.returncode == 1 and b"missing.json" in errors
    finally:
        process.kill()
        process.wait()


def test_the_simulated_world_leaves_nothing(serve, petrel, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    server = serve(data=None)
    assert "SIMULATED" in server.line
    state = until(lambda: (state := server.snapshot())["totals"]["stored"] > 20 and state, what="invented events")
    assert state["mode"] == "simulated"
    assert "simulated" in server.ingest([eve(1)]).is_problem(409)
    assert os.listdir(temporary)
    server.stop()
    assert os.listdir(petrel.folder) == [] and os.listdir(temporary) == []


def test_simulated_beside_a_journal(serve, petrel, tmp_path):
    """--simulate does not touch the journal in the current folder."""
    log = tmp_path / "eve.json"
    log.write_bytes(eve_line(1))
    assert petrel("import", log).returncode == 0
    before = sorted(path.name for path in (petrel.folder / "petrel-data").rglob("*"))
    server = serve("--simulate", data=None)
    until(lambda: server.snapshot()["totals"]["stored"] > 5, what="invented events")
    server.stop()
    assert petrel("count").stdout.strip() == b"1"
    assert sorted(path.name for path in (petrel.folder / "petrel-data").rglob("*")) == before
    # A journal in the current folder is enough to be shown.
    server = serve(data=None)
    assert server.snapshot()["mode"] == "live" and server.snapshot()["totals"]["stored"] == 1

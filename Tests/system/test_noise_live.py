"""The noise lens of live screens: what it takes out of snapshots and frames is what the queries count as noise."""

import json
import urllib.parse

import pytest

from conftest import eve, now_eve, until

LENS = "?noise=hide"
#: Numbers that a lens changes; books and sources are those of everything.
NUMBERS = ["totals", "types", "severity", "countries", "unplaced", "tops", "window"]
SCANNERS = [f"198.51.100.{number}" for number in range(5)]
OTHERS = [f"203.0.113.{number}" for number in range(3)]


@pytest.fixture
def server(serve, tmp_path):
    scanners = tmp_path / "scanners.txt"
    scanners.write_text("198.51.100.0/24\n")
    config = tmp_path / "petrel.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\nnoise:\n  lists: [{{name: research, path: {scanners}}}]\n")
    return serve("--config", config, data=None)


def send(server, first, count):
    """Alerts of now: more from scanners than from others, on different ports."""
    def one(number):
        source = SCANNERS[number % 5] if number % 8 < 5 else OTHERS[number % 3]
        return now_eve(number, src_ip=source, dest_port=[22, 23, 80][number % 3])
    server.ingest([one(number) for number in range(first, first + count)])


def told(stream):
    """What the next message says; a sign of life says nothing."""
    while "data" not in (message := stream.message()):
        pass
    return json.loads(message["data"])


def numbers(snapshot):
    return {key: snapshot[key] for key in NUMBERS}


def attacks(server, query, state):
    values = {"q": query, "from": state["window"]["from"], "to": state["window"]["to"], "upTo": state["upTo"]}
    until(lambda: int(server.get("/api/v1/columns").json["upTo"]) >= int(state["upTo"]), what="the columns")
    return server.get(f"/api/v1/count?{urllib.parse.urlencode(values)}").json["count"]


def states(server):
    """What is shown without and with the lens, of the same window."""
    def both():
        found = server.snapshot(), server.snapshot(LENS)
        return found if found[0]["window"] == found[1]["window"] and found[0]["upTo"] == found[1]["upTo"] else None
    return until(both, what="two snapshots of one window")


def test_what_the_lens_takes_away_is_what_is_counted_as_noise(server):
    send(server, 0, 400)
    every, quiet = states(server)
    hidden = attacks(server, "event.family: attack and noise.kind: *", every)
    assert 0 < hidden < 400
    assert every["totals"]["attacks"] - quiet["totals"]["attacks"] == hidden
    assert quiet["totals"]["attacks"] == attacks(server, "event.family: attack and not noise.kind: *", quiet)
    assert every["totals"]["stored"] == quiet["totals"]["stored"] == 400 and every["ledger"] == quiet["ledger"]
    for part in ("types", "severity"):
        assert sum(quiet[part].values()) == quiet["totals"]["attacks"]
    assert {row[0]: row[-1] for row in quiet["tops"]["addresses"]} == {
        source: attacks(server, f"event.family: attack and source.ip: {source}", quiet) for source in OTHERS}
    assert {row[0]: row[-1] for row in quiet["tops"]["ports"]} == {
        port: attacks(server, f"event.family: attack and destination.port: {port} and not noise.kind: *", quiet) for port in ("22", "23", "80")}
    assert all(len(row) == 14 for row in quiet["recent"]) and len(quiet["recent"]) == quiet["totals"]["attacks"]


def test_a_screen_that_watched_shows_what_one_that_comes_later_is_told(server):
    send(server, 0, 50)
    with server.stream("/api/v1/live" + LENS) as stream, server.stream("/api/v1/live") as other:
        shown = {name: told(one) for name, one in (("quiet", stream), ("all", other))}
        received = {name: len(state["recent"]) for name, state in shown.items()}
        for part in range(4):
            send(server, 1000 + 200 * part, 200)
        upto = server.snapshot()["upTo"]
        for name, one in (("quiet", stream), ("all", other)):
            state = shown[name]
            # A frame with the top lists, behind the last event.
            while True:
                frame = told(one)
                countries = state["countries"] | frame["countries"]
                received[name] += frame["n"]
                state |= frame | {"countries": {code: number for code, number in countries.items() if number}}
                if int(frame["upTo"]) >= int(upto) and "tops" in frame:
                    break
    for name, query in (("quiet", LENS), ("all", "")):
        fresh = server.snapshot(query)
        if fresh["window"] == shown[name]["window"]:
            assert numbers(fresh) == numbers(shown[name]), name
        assert received[name] == fresh["totals"]["attacks"], "every event that counts was told of"


def test_a_restart_keeps_both_numbers(server, serve, tmp_path):
    send(server, 0, 300)
    every, quiet = states(server)
    server.stop()
    again = serve("--config", tmp_path / "petrel.yaml", data=None)
    for before, after in zip((every, quiet), states(again)):
        assert before["totals"] == after["totals"] and before["tops"] == after["tops"]


def test_another_word_than_hide_is_refused(server):
    for path in ("/api/v1/live/snapshot?noise=show", "/api/v1/live?noise=", "/api/v1/live/snapshot?noise=hide&noise=hide"):
        server.get(path).is_problem(400)


def test_a_lens_and_a_query_go_together(server):
    send(server, 0, 100)
    state = server.snapshot(f"{LENS}&q={urllib.parse.quote('destination.port: 22')}")
    assert state["recent"] and all(row[11] == 22 and len(row) == 14 for row in state["recent"])
    assert state["totals"] == server.snapshot(LENS)["totals"], "totals are of all that the lens leaves"


def test_a_window_on_all_screens_is_shown_through_the_lens(serve, tmp_path):
    scanners = tmp_path / "scanners.txt"
    scanners.write_text("198.51.100.0/24\n")
    config = tmp_path / "petrel.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\nnoise:\n  lists: [{{name: research, path: {scanners}}}]\n")
    log = tmp_path / "eve.json"
    log.write_text("".join(json.dumps(eve(number, src_ip=(SCANNERS if number % 2 else OTHERS)[number % 3])) + "\n" for number in range(60)))
    server = serve("--config", config, "--play", log, "--play-seconds", 1, data=None)

    def finished(query):
        return until(lambda: (state := server.snapshot(query))["replay"]["state"] == "finished" and state, what="the end")

    assert (finished("")["totals"]["attacks"], finished(LENS)["totals"]["attacks"]) == (60, 30)

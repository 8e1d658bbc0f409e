"""What sources do when there is no room, through kill -9; and their states."""

import random
import time

import pytest

from conftest import SLOW, adds_up, eve_line, until
from test_kill import check_same, flow_ids

KILLS = 20 if SLOW else 5
LINES = 30_000


def source(server, name="log"):
    return next((found for found in server.get("/api/v1/sources").json["sources"] if found["name"] == name), None)


def configure(tmp_path, policy):
    config = tmp_path / "petrel.yaml"
    config.write_text(
        "journal: {in_flight: 1MiB}\n"
        f"sources:\n  - {{name: log, type: file, paths: [{tmp_path}/eve.json], poll: 20ms, format: suricata, overload: {policy},\n"
        "     idle_after: 1s, lag_after: never}\n")
    return config


@pytest.mark.timeout(900 if SLOW else 300)
@pytest.mark.parametrize("policy", ["block", "spill", "shed"])
def test_books_balance_through_kills(serve, petrel, tmp_path, policy):
    moments = random.Random(policy)
    log, data = tmp_path / "eve.json", tmp_path / "data"
    config = configure(tmp_path, policy)
    written = 0
    for kill in range(KILLS + 1):
        with log.open("ab") as file:
            share = LINES // (KILLS + 1) if kill < KILLS else LINES - written
            file.writelines(eve_line(number) for number in range(written, written + share))
            written += share
        server = serve("--config", config, data=data)
        if kill < KILLS:
            time.sleep(moments.uniform(0.0, 0.8))
            server.kill()
    until(lambda: source(server)["ledger"]["received"] >= LINES, 120, "every line")
    found = until(lambda: (now := source(server)) and (now["spill"] or {"batches": 0})["batches"] == 0 and now, 60, "an empty queue")
    ledger = found["ledger"]
    assert adds_up(ledger) and ledger["received"] == LINES and ledger["dead_lettered"] == 0, found
    assert found["overload"] == policy and (found["spill"] is None) == (policy != "spill")
    server.stop()
    stored = flow_ids(petrel, data)
    if policy == "shed":
        assert ledger["stored"] == len(stored) and set(stored.values()) <= {1} and ledger["stored"] + ledger["shed"] == LINES
    else:
        check_same(stored, LINES)


def test_a_source_is_paused_and_resumed_also_over_a_restart(serve, tmp_path):
    log, data = tmp_path / "eve.json", tmp_path / "data"
    log.write_bytes(b"".join(eve_line(n) for n in range(10)))
    config = configure(tmp_path, "block")
    server = serve("--config", config, data=data)
    until(lambda: source(server)["ledger"]["stored"] == 10, what="ten events")
    until(lambda: source(server)["state"] == "idle", what="a source without events")
    assert source(server)["can_pause"] and server.post("/api/v1/sources/log/pause").status == 200
    until(lambda: source(server)["state"] == "paused", what="the pause")
    with log.open("ab") as file:
        file.write(eve_line(10))
    server.stop()
    server = serve("--config", config, data=data)
    assert until(lambda: (now := source(server)) and now["state"] == "paused" and now)["reason"] == "paused by an operator"
    assert source(server)["ledger"]["stored"] == 10
    assert server.post("/api/v1/sources/log/resume").status == 200
    until(lambda: source(server)["ledger"]["stored"] == 11, what="the event that came meanwhile")
    server.ingest(eve_line(1))
    server.post("/api/v1/sources/http/pause").is_problem(409)
    server.post("/api/v1/sources/none/pause").is_problem(404)

"""What sources do when there is no room, through kill -9; and their states."""

import contextlib
import random
import socket
import threading
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


ZEEK = ["ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto", "time\tstring\taddr\tport\taddr\tport\tenum"]


def zeek_lines(numbers):
    """Connections, and a text that makes them long enough to fill the way to the journal."""
    return "".join(
        f"1714557600.{number:06}\tC{number}{'x' * 600}\t198.51.100.7\t40317\t192.0.2.10\t23\ttcp\n" for number in numbers).encode()


def send(link, content):
    """Sends until the other side is gone."""
    with contextlib.suppress(OSError):
        link.sendall(content)


CONNECTIONS = 16


@pytest.mark.timeout(400)
def test_what_waits_of_a_connection_is_stored_by_its_header_when_its_source_is_gone(serve, tmp_path):
    data, path, config = tmp_path / "data", tmp_path / "zeek.sock", tmp_path / "petrel.yaml"
    queue = data / "spill" / "zeek"
    listening = (
        "journal: {in_flight: 1MiB}\n"
        f"sources: [{{type: unix, name: zeek, path: {path}, socket: stream, overload: spill, sensor: lab-9}}]\n")
    config.write_text(listening)
    header = f"#separator \\x09\n#path\tconn\n#fields\t{ZEEK[0]}\n#types\t{ZEEK[1]}\n".encode()
    waiting, kills = False, 0
    while not waiting:
        kills += 1
        assert kills <= 12, "nothing ever waits on disk"
        server = serve("--config", config, data=data)
        until(path.exists, what="the socket")
        links = [socket.socket(socket.AF_UNIX) for _ in range(CONNECTIONS)]
        for link in links:
            link.connect(str(path))
            link.sendall(header + zeek_lines(range(10)))
        until(lambda: (found := source(server, "zeek")) and found["ledger"]["stored"] >= 10 * CONNECTIONS * kills, what="the first records")
        # All at once: each holds its share of the room until it is stored.
        senders = [threading.Thread(target=send, args=(link, zeek_lines(range(1000 * kills)))) for link in links]
        for sender in senders:
            sender.start()
        while any(sender.is_alive() for sender in senders) and not (source(server, "zeek")["spill"] or {"batches": 0})["batches"]:
            pass
        server.kill()
        for sender in senders:
            sender.join()
        for link in links:
            link.close()
        waiting = any(queue.glob("*.spill")) and (queue / "source.json").exists()
        path.unlink(missing_ok=True)
    config.write_text("journal: {in_flight: 1MiB}\n")
    server = serve("--config", config, data=data)
    until(lambda: not queue.exists(), 120, "the end of what waits")
    found = source(server, "zeek")
    assert adds_up(found["ledger"]) and found["ledger"]["dead_lettered"] == 0, found
    assert "no longer configured" in server.errors and "all that waited is stored" in server.errors
    assert found["ledger"]["stored"] > 10 * CONNECTIONS * kills
    # By their header, and by the settings of the source that is gone.
    query = "event.module%3Azeek%20and%20source.ip%3A198.51.100.7%20and%20observer.name%3Alab-9"
    assert server.get(f"/api/v1/count?q={query}").json["count"] == found["ledger"]["stored"]

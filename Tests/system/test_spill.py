"""kill -9 while records wait on disk: what is in the queue is stored, each once.

Another program holds the journal's write lock, so the journal takes nothing, the room in memory fills, and the rest must go to the queue.
The kill comes only when the queue holds the last record.
"""

import sqlite3

import pytest

from conftest import adds_up, eve_line, feed_status, until
from test_kill import check_same, flow_ids

LINES = 12_000
IN_FLIGHT = 1 << 20


def configure(tmp_path, kind):
    config = tmp_path / "petrel.yaml"
    config.write_text(
        f"data: {tmp_path}/data\njournal: {{in_flight: {IN_FLIGHT}B}}\n"
        f"sources: [{{name: feed, {kind}, format: suricata, overload: spill, lag_after: never}}]\n")
    return config


@pytest.fixture
def lock(tmp_path):
    """Takes the write lock of the journal's newest file, and gives it back at the end at the latest."""
    held = []

    def take():
        newest = max((tmp_path / "data" / "journal").glob("*.sqlite"))
        held.append(sqlite3.connect(newest, isolation_level=None, timeout=60))
        held[0].execute("BEGIN IMMEDIATE")

    def release():
        for connection in held:
            connection.close()
        held.clear()

    yield take, release
    release()


def holds(tmp_path, line):
    """Whether the queue on disk has a record."""
    return any(line.strip() in path.read_bytes() for path in (tmp_path / "data" / "spill" / "feed").glob("*") if path.is_file())


def started_again(follow, config):
    """A server that has emptied the queue."""
    server = follow(config)
    until(lambda: (feed_status(server)["spill"] or {"batches": 1})["batches"] == 0, 60, "an empty queue")
    return server


def test_what_waits_on_disk_survives_a_kill(follow, petrel, lock, tmp_path):
    take, release = lock
    log = tmp_path / "eve.json"
    config = configure(tmp_path, f"type: file, paths: [{log}], poll: 20ms, follow: true")
    log.write_bytes(eve_line(0))
    server = follow(config)
    until(lambda: feed_status(server)["ledger"]["stored"] == 1, what="the first record")
    take()
    with log.open("ab") as file:
        file.writelines(eve_line(number) for number in range(1, LINES))
    until(lambda: holds(tmp_path, eve_line(LINES - 1)), 60, "the last record on disk")
    server.kill()
    assert holds(tmp_path, eve_line(LINES - 1))
    release()

    server = started_again(follow, config)
    until(lambda: feed_status(server)["ledger"]["stored"] == LINES, 60, "every record")
    ledger = feed_status(server)["ledger"]
    assert adds_up(ledger) and ledger["received"] == LINES, ledger
    server.stop()
    check_same(flow_ids(petrel, tmp_path / "data"), LINES)

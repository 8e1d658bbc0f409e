"""The journal's disk is full for a while: nothing acknowledged is lost, nothing comes twice, and the server goes on by itself."""

import json
import os
import random
import subprocess
import time

import pytest

from conftest import SLOW, adds_up, eve, eve_line, until

FULL_SECONDS = 30 if SLOW else 3
SIZE = 48 << 20


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own that a few megabytes fill."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root mounts a file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path):
    """Takes all room that is left."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def post(server, number):
    """Sends an alert so large that no room that happens to be left will do; whether it was taken."""
    answer = server.ingest([eve(number, payload=random.Random(number).randbytes(300_000).hex())], Idempotency_Key=f"alert-{number}")
    if answer.status == 200:
        return True
    assert answer.status in (429, 503) and answer.headers["Retry-After"], (answer.status, answer.body[:300])
    return False


@pytest.mark.timeout(240)
def test_a_full_disk_delays_and_loses_nothing(petrel, serve, small_disk, tmp_path):
    log = tmp_path / "eve.json"
    log.write_bytes(b"".join(eve_line(number) for number in range(1000)))
    config = tmp_path / "petrel.yaml"
    config.write_text(f"sources: [{{type: file, name: eve, paths: [{log}], poll: 20ms}}]\n")
    data = small_disk / "data"
    server = serve("--config", config, data=data)
    until(lambda: server.get("/api/v1/count").json["count"] == 1000, what="the first thousand")

    ballast = small_disk / "ballast"
    fill(ballast)
    with log.open("ab") as file:
        for number in range(1000, 21_000):
            file.write(eve_line(number, payload=os.urandom(64).hex()))
    failing = until(
        lambda: [source["name"] for source in server.get("/api/v1/sources").json["sources"] if source["state"] == "failing"],
        what="a failing source",
    )
    assert failing == ["eve"]
    deadline = time.monotonic() + FULL_SECONDS
    while time.monotonic() < deadline:
        assert not post(server, 90_000)
        assert "No space left" in server.get("/healthz").is_problem(503)
    ballast.unlink()

    until(lambda: post(server, 90_000), what="what was refused")
    assert post(server, 90_000) and post(server, 90_001)
    until(lambda: server.get("/api/v1/count").json["count"] == 21_002, 120, "what waited")
    assert server.get("/healthz").status == 200
    books = {source["name"]: source["ledger"] for source in server.get("/api/v1/sources").json["sources"]}
    assert all(adds_up(ledger) for ledger in books.values()), books
    assert (books["eve"]["stored"], books["http"]["stored"]) == (21_000, 2)
    server.stop()
    numbers = sorted(int(event["flow"]["id"]) for event in map(json.loads, petrel.stored_lines(data)))
    assert numbers == list(range(21_000)) + [90_000, 90_001]

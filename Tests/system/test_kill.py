"""kill -9 at random moments: the stored set equals the written set."""

import collections
import os
import random
import shutil
import subprocess
import threading
import time

import pytest

from conftest import SLOW, Server, eve_line, until

KILLS = 60 if SLOW else 15
LINES = 60_000


def flow_ids(petrel, data):
    """How often each number is stored."""
    return collections.Counter(int(event["flow"]["id"]) for event in petrel.stored(data))


def ranges(numbers):
    """Runs of numbers, as text."""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}-{last}" for first, last in runs[:20])


def check_same(stored, written):
    lost = sorted(set(range(written)) - set(stored))
    twice = sorted(number for number, count in stored.items() if count > 1)
    assert not lost, f"{len(lost)} of {written} lost: {ranges(lost)}"
    assert not twice, f"{len(twice)} stored more than once: {ranges(twice)}"
    assert len(stored) == written


@pytest.mark.timeout(900 if SLOW else 300)
def test_import_killed_at_random(petrel, tmp_path):
    """The file is whole after any number of kills; each kill hits a running import."""
    moments = random.Random(20_261_121)
    log = tmp_path / "eve.json"
    with log.open("wb") as file:
        file.writelines(eve_line(number) for number in range(LINES))
    kills = rounds = 0
    while kills < KILLS or not rounds:
        data = tmp_path / f"data{rounds}"
        while True:
            with (tmp_path / "out").open("wb") as out:
                process = subprocess.Popen(petrel.command("import", "--json", "--data", data, log), cwd=petrel.folder, stdout=out, stderr=out)
            try:
                # The moment of the kill, if there are any left.
                code = process.wait(moments.uniform(0.02, 1.0) if kills < KILLS else 120)
                assert code == 0, (tmp_path / "out").read_text(errors="replace")
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
        rounds += 1
        check_same(flow_ids(petrel, data), LINES)
        again = petrel.import_files(data, log)
        assert (again["stored"], again["duplicate"]) == (0, LINES)


class Writer(threading.Thread):
    """Appends numbered lines and rotates the log in three ways, as fast as a busy sensor."""

    def __init__(self, log, started, seed, pause):
        super().__init__(daemon=True)
        self.log, self.started, self.pause = log, started, pause
        self.rotated_at = 0.0
        self.chance = random.Random(seed)
        self.done = threading.Event()
        self.written = self.rotations = 0
        # What was done when, for the reader of a failure.
        self.history = []
        self.failure = None

    def run(self):
        try:
            file = self.log.open("ab", buffering=0)
            while not self.done.wait(0.005):
                count = self.chance.randint(1, 8)
                line = b"".join(eve_line(self.written + n) for n in range(count))
                # A sensor does not write whole lines at a time.
                cut = self.chance.randint(0, len(line))
                file.write(line[:cut])
                file.write(line[cut:])
                self.written += count
                # At its very first start Petrel takes the file itself only: rotation begins when it knows the file.
                if self.chance.random() < 0.02 and self.started() and time.monotonic() - self.rotated_at >= self.pause:
                    file = self.rotate(file)
                    self.rotated_at = time.monotonic()
            file.close()
        except Exception as error:
            self.failure = error

    def note(self, text):
        self.history.append(f"{time.monotonic():.3f} at {self.written}: {text}")

    def rotate(self, file):
        self.rotations += 1
        aside = self.log.with_name(f"{self.log.name}-{self.rotations:06}")
        way = self.rotations % 3
        self.note(f"{'copytruncate' if way == 0 else 'gzip' if way == 2 else 'rename'} to {aside.name}")
        if way == 0:
            shutil.copyfile(self.log, aside)
            os.truncate(self.log, 0)
            return file
        file.close()
        self.log.rename(aside)
        if way == 2:
            subprocess.run(["gzip", "-1", aside], check=True)
        return self.log.open("ab", buffering=0)


HASTY = pytest.param(0.0, id="hasty", marks=pytest.mark.skipif(not SLOW, reason="with PETREL_SLOW=1 only"))


@pytest.mark.timeout(900 if SLOW else 300)
@pytest.mark.parametrize("pause", [pytest.param(1.0, id="calm"), HASTY])
def test_followed_rotating_log_killed_at_random(petrel, tmp_path, pause):
    moments = random.Random(7)
    data, logs = tmp_path / "data", tmp_path / "log"
    logs.mkdir()
    log = logs / "eve.json"
    log.write_bytes(b"")
    config = tmp_path / "petrel.yaml"
    config.write_text(f"data: {data}\nsources:\n  - name: eve\n    type: file\n    paths: [{log}]\n    follow: true\n    poll: 20ms\n    format: suricata\n")
    known = threading.Event()
    writer = Writer(log, known.is_set, seed=11, pause=pause)

    def start(wait):
        return Server(petrel.command("serve", "--config", config, "--port", "0"), petrel.folder, tmp_path / "server.log", wait)

    server = start(wait=True)
    try:
        writer.start()
        until(lambda: server.snapshot()["totals"]["stored"] > 0, what="the first stored event")
        known.set()
        for _ in range(KILLS):
            try:
                # The moment of the kill: while it starts, catches up or follows.
                code = server.process.wait(moments.uniform(0.05, 2.5))
                pytest.fail(f"the server ended by itself with {code}:\n{server.errors}")
            except subprocess.TimeoutExpired:
                server.kill()
                writer.note("killed")
            if moments.random() < 0.3:
                # Down for a while: the log goes on, and is rotated more than once.
                target = writer.rotations + 2
                until(lambda: writer.rotations >= target or writer.failure, 60, "two rotations")
            server = start(wait=False)
            writer.note("started")
        writer.done.set()
        writer.join(30)
        assert writer.failure is None
        server.wait_for_address()
        deadline = time.monotonic() + 60
        while server.snapshot()["totals"]["stored"] < writer.written and time.monotonic() < deadline:
            time.sleep(0.1)
        server.stop()
    finally:
        writer.done.set()
        if server.process.poll() is None:
            server.kill()
    print("\n".join(writer.history))
    print(f"{writer.written} lines, {writer.rotations} rotations, {KILLS} kills")
    assert writer.rotations >= 3
    check_same(flow_ids(petrel, data), writer.written)

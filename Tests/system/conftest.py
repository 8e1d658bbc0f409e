"""Runs the program from outside: `petrel` for commands, `serve` for servers; everything in the test's own folder.

PETREL_BIN names the binary (default: the release build), PETREL_ASSETS its data files, PETREL_SHARED_DATA recorded
logs (tests that need them are skipped without), PETREL_SLOW=1 asks for the full counts.
"""

import gzip
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("PETREL_ROOT", Path(__file__).resolve().parents[2]))
SLOW = os.environ.get("PETREL_SLOW") == "1"
START_SECONDS = 60
STOP_SECONDS = 20
ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):(\d+)(/\S*)")
TOKEN = "0123456789abcdef0123456789abcdef"
LEDGER = ("stored", "duplicate", "filtered", "dead_lettered", "shed")


def until(condition, seconds=30.0, what="the condition"):
    """Asks until the condition gives something true, and returns that; fails at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        assert time.monotonic() < deadline, f"{what} did not come about within {seconds} s"
        time.sleep(0.02)


def eve(number, **fields):
    """One EVE alert that no other number gives."""
    record = {
        "timestamp": f"2026-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{number % 1_000_000:06}+0000",
        "flow_id": number, "event_type": "alert", "src_ip": f"81.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "src_port": 40_000, "dest_ip": "192.0.2.10", "dest_port": 22, "proto": "TCP",
        "alert": {"action": "allowed", "signature_id": 2001219, "signature": f"ET SCAN number {number}", "severity": 2},
    }
    return {**record, **fields}


def eve_line(number, **fields):
    return json.dumps(eve(number, **fields)).encode() + b"\n"


def now_eve(number, minutes=0, **fields):
    """An alert of the last hours, so that it counts in the totals."""
    time = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    return eve(number, timestamp=time.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"), **fields)


def adds_up(ledger):
    """Whether every record received is accounted for."""
    return ledger["received"] == sum(ledger[name] for name in LEDGER)


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("PETREL_BIN", str(ROOT / ".build/release/petrel"))
    if not Path(path).is_file():
        pytest.fail(f"no petrel binary at {path}: build it, or set PETREL_BIN", pytrace=False)
    return path


@pytest.fixture(scope="session")
def assets():
    return os.environ.get("PETREL_ASSETS", str(ROOT / ".assets"))


@pytest.fixture(scope="session")
def shared():
    """The folder of recorded logs."""
    folder = os.environ.get("PETREL_SHARED_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("the recorded logs are not here: set PETREL_SHARED_DATA")
    return Path(folder)


class Runner:
    """Runs commands in a folder of the test."""

    def __init__(self, binary, assets, folder):
        self.binary, self.assets, self.folder = binary, assets, folder

    def command(self, name, *arguments):
        return [self.binary, name, "--assets", self.assets, *map(str, arguments)]

    def __call__(self, name, *arguments, timeout=170, **options):
        return subprocess.run(self.command(name, *arguments), cwd=self.folder, capture_output=True, timeout=timeout, **options)

    def import_files(self, data, *arguments, code=0, timeout=170):
        """Imports and returns the books of `--json`."""
        done = self("import", "--json", "--data", data, *arguments, timeout=timeout)
        assert done.returncode == code, done.stderr.decode(errors="replace")
        books = json.loads(done.stdout.decode().splitlines()[-1])
        assert adds_up(books), books
        return books

    def stored_lines(self, data, last=1_000_000):
        """Every stored event as a line of JSON."""
        done = self("tail", "--no-follow", "--last", last, "--data", data)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.splitlines()

    def stored(self, data, last=1_000_000):
        return [json.loads(line) for line in self.stored_lines(data, last)]

    def count(self, data):
        done = self("count", "--data", data)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return int(done.stdout)


@pytest.fixture
def petrel(binary, assets, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    return Runner(binary, assets, folder)


class Answer:
    """A whole HTTP answer."""

    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    @property
    def json(self):
        return json.loads(self.body)

    def is_problem(self, status):
        """Fails unless this is a problem document with that status."""
        assert self.status == status, (self.status, self.body[:500])
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == status and self.json["detail"]
        return self.json["detail"]


class Stream:
    """An open event stream, read message by message."""

    def __init__(self, port, path, headers=None, timeout=30.0):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.connection.request("GET", path, headers={"Accept": "text/event-stream", **(headers or {})})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def line(self):
        """The next line without its end; None at the end of the stream."""
        line = self.answer.readline()
        return line.rstrip(b"\r\n") if line else None

    def message(self):
        """The next message as {"event", "id", "data"}, or {"comment"}; None at the end."""
        found = {}
        while (line := self.line()) is not None:
            if not line:
                if set(found) - {"retry"}:
                    return found
                found = {}
                continue
            name, _, value = line.decode().partition(":")
            value = value.removeprefix(" ")
            if not name:
                found["comment"] = value
            elif name == "data" and "data" in found:
                found["data"] += "\n" + value
            else:
                found[name] = value
        return None

    def events(self):
        """Messages that carry data, until the end."""
        while (message := self.message()) is not None:
            if "data" in message:
                yield message

    def close(self):
        # The answer holds the socket once the connection has given it up.
        self.answer.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Server:
    """A server process of the test."""

    def __init__(self, command, folder, log, wait=True):
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=errors)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        if wait:
            self.wait_for_address()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode(errors="replace"))
        self.lines.put(None)

    def wait_for_address(self, seconds=START_SECONDS):
        deadline = time.monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            assert line is not None, f"the server ended with {self.process.wait()} before it told its address:\n{self.errors}"
            if found := ADDRESS.search(line):
                self.line, self.port = line, int(found[1])
                return

    @property
    def errors(self):
        return self.log.read_text(errors="replace")

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path, body=b"", headers=None):
        return self.request("POST", path, body, headers)

    def ingest(self, body, form="suricata", query="", compress=False, **headers):
        """Posts records; lists of dictionaries become NDJSON."""
        if isinstance(body, list):
            body = b"".join(json.dumps(record).encode() + b"\n" for record in body)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if compress:
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        return self.post(f"/api/v1/ingest/{form}{query}", body, headers)

    def snapshot(self, query=""):
        answer = self.get("/api/v1/live/snapshot" + query)
        assert answer.status == 200, answer.body
        return answer.json

    def stream(self, path="/api/v1/stream", headers=None, timeout=30.0):
        return Stream(self.port, path, headers, timeout)

    def metric(self, name):
        return next(float(line.split()[-1]) for line in self.get("/metrics").body.decode().splitlines() if line.startswith(name + " "))

    def stop(self, seconds=STOP_SECONDS):
        """Asks the server to end and fails unless it does so with 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        assert code == 0, f"ended with {code}:\n{self.errors}"

    def kill(self):
        """kill -9; nothing where it ended already."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def secret(tmp_path):
    """A file with the token."""
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def serve(petrel, tmp_path):
    """Starts `petrel serve` on a free port; servers that still run at the end are stopped and must end with 0."""
    servers = []

    def start(*arguments, data=tmp_path / "data", wait=True, port="0"):
        where = ["--data", data] if data else []
        port = ["--port", port] if port else []
        servers.append(Server(petrel.command("serve", *where, *port, *arguments), petrel.folder, tmp_path / "server.log", wait))
        return servers[-1]

    yield start
    running = [server for server in servers if server.process.poll() is None]
    try:
        for server in running:
            server.stop()
    finally:
        for server in running:
            if server.process.poll() is None:
                server.kill()


def configure_feed(tmp_path, kind, *lines):
    """A configuration with one source, `feed`, of that kind."""
    config = tmp_path / "petrel.yaml"
    text = "".join(f"    {line}\n" for line in lines)
    config.write_text(f"data: {tmp_path / 'data'}\nsources:\n  - name: feed\n    type: {kind}\n{text}")
    return config


def feed_status(server):
    """What the API tells of the source `feed`."""
    return next(entry for entry in server.get("/api/v1/sources").json["sources"] if entry["name"] == "feed")


@pytest.fixture
def follow(petrel, tmp_path):
    """Starts servers by configurations that say all; what still runs at the end is killed."""
    servers = []

    def start(config, wait=True):
        servers.append(Server(petrel.command("serve", "--config", config, "--port", "0"), petrel.folder, tmp_path / "server.log", wait))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()

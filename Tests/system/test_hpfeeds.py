"""The hpfeeds subscriber against the broker of the Python package hpfeeds."""

import json
import os
import queue
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hpfeeds.protocol import OP_INFO, Unpacker, msgauth, msgpublish, readinfo

from conftest import adds_up, eve, until

CHANNELS = ("cowrie.sessions", "suricata.events", "mwbinary.captures")
SECRETS = {"sub": "subscriber's secret", "lab7": "first sensor's secret", "lab8": "second sensor's secret"}


def cowrie_session(number):
    """One summary as Cowrie publishes it."""
    return {
        "session": f"{number:012x}", "startTime": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}.000000Z",
        "endTime": f"2026-01-01T01:{number // 60 % 60:02}:{number % 60:02}.000000Z", "peerIP": f"198.51.100.{number % 250 + 1}",
        "peerPort": 40_000, "hostIP": "192.0.2.22", "hostPort": 2222, "loggedin": ["root", "admin"], "credentials": [],
        "commands": [], "unknownCommands": [], "urls": [], "version": "SSH-2.0-test", "ttylog": None, "hashes": [], "protocol": "ssh",
    }


class Broker:
    """A broker that keeps its port when it is started again."""

    def __init__(self):
        self.port = 0
        self.asked = queue.Queue()
        self.start()

    def start(self):
        accounts = {}
        for ident, secret in SECRETS.items():
            mine = ",".join(CHANNELS)
            accounts[f"HPFEEDS_{ident.upper()}_SECRET"] = secret
            accounts[f"HPFEEDS_{ident.upper()}_PUBCHANS"] = "" if ident == "sub" else mine
            accounts[f"HPFEEDS_{ident.upper()}_SUBCHANS"] = mine if ident == "sub" else ""
        program = Path(__file__).with_name("hpfeeds_broker.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(self.port)], env={**os.environ, **accounts}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.port = int(line)
        threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True).start()

    def _listen(self, lines):
        for line in lines:
            self.asked.put(line.strip())

    def wait_for_subscriber(self, channels=CHANNELS, seconds=60):
        """Returns when somebody has subscribed to all the channels."""
        for channel in channels:
            assert self.asked.get(timeout=seconds) == f"sub {channel}"

    def publish(self, messages, ident="lab7"):
        """Publishes (channel, payload) pairs over one connection; returns when the broker has read them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            unpacker = Unpacker()
            while not (greetings := list(unpacker)):
                unpacker.feed(connection.recv(4096))
            (opcode, body), = greetings
            assert opcode == OP_INFO
            _, nonce = readinfo(body)
            frames = [msgauth(nonce, ident, SECRETS[ident])]
            for channel, payload in messages:
                frames.append(msgpublish(ident, channel, payload if isinstance(payload, bytes) else json.dumps(payload).encode()))
            connection.sendall(b"".join(frames))
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(4096) == b""

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


@pytest.fixture
def broker():
    broker = Broker()
    yield broker
    broker.stop()


class Relay(threading.Thread):
    """Takes TLS connections and passes their bytes on to a port."""

    def __init__(self, target, certificate, key):
        super().__init__(daemon=True)
        self.target = target
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            plain, _ = self.listener.accept()
            try:
                secure = self.context.wrap_socket(plain, server_side=True)
            except ssl.SSLError:
                continue
            inner = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pass_on, args=(secure, inner), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(inner, secure), daemon=True).start()

    @staticmethod
    def pass_on(source, target):
        try:
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def configure(folder, port, scheme="hpfeeds", secret=SECRETS["sub"], channels=CHANNELS, host="127.0.0.1", more=""):
    (folder / "secret").write_text(secret + "\n")
    path = folder / "petrel.yaml"
    path.write_text(
        f"sources:\n  - type: hpfeeds\n    name: mhn\n    url: {scheme}://{host}:{port}\n    ident: sub\n    secret_file: ./secret\n"
        f"    channels: [{', '.join(channels)}]\n{more}")
    return path


def source(server):
    """What the source is doing, with its books."""
    return next((found for found in server.get("/api/v1/sources").json["sources"] if found["name"] == "mhn"), None)


def received(server, count):
    """Waits for the books to hold that many records."""
    def enough():
        found = source(server)
        return found if found and found["ledger"]["received"] >= count else None
    found = until(enough, 60, f"{count} records")
    assert adds_up(found["ledger"])
    return found["ledger"]


def test_channels_carry_their_formats_and_sensors(serve, petrel, broker, tmp_path):
    server = serve("--config", configure(tmp_path, broker.port))
    broker.wait_for_subscriber()
    broker.publish([("cowrie.sessions", cowrie_session(number)) for number in range(20)])
    broker.publish([("suricata.events", eve(number)) for number in range(30)], ident="lab8")
    ledger = received(server, 50)
    assert ledger["stored"] == ledger["received"] and ledger["dead_lettered"] == 0
    server.stop()
    events = petrel.stored(tmp_path / "data")
    modules = {(event["event"]["module"], event["observer"]["name"]) for event in events}
    assert modules == {("cowrie-session", "lab7"), ("suricata", "lab8")}
    assert sorted(int(event["flow"]["id"]) for event in events if event["event"]["module"] == "suricata") == list(range(30))


def test_what_no_format_claims_is_kept_and_holds_up_nobody(serve, broker, tmp_path):
    server = serve("--config", configure(tmp_path, broker.port, more="    max_record: 64KiB\n"))
    broker.wait_for_subscriber()
    broker.publish([
        ("mwbinary.captures", b"MZ\x90\x00 not a record \xff\xfe"), ("suricata.events", eve(1)),
        ("suricata.events", eve(2, payload="x" * 200_000)), ("suricata.events", b"\xff\xfe not json \x00"), ("suricata.events", eve(3)),
    ])
    ledger = received(server, 5)
    assert (ledger["stored"], ledger["dead_lettered"]) == (2, 3)
    letters = server.get("/api/v1/dead-letters").json["dead_letters"]
    assert sorted(letter["reason"] for letter in letters) == ["malformed_json", "too_long", "unknown_format"]
    unclaimed, = (letter for letter in letters if letter["reason"] == "unknown_format")
    assert "mwbinary.captures" in unclaimed["detail"]


def test_the_formats_option_decides(serve, broker, tmp_path):
    more = "    formats: {\"suricata.*\": ecs}\n"
    server = serve("--config", configure(tmp_path, broker.port, more=more))
    broker.wait_for_subscriber()
    broker.publish([("suricata.events", {"@timestamp": "2026-01-01T00:00:00Z", "message": "a document"})])
    assert received(server, 1)["stored"] == 1


def test_a_broker_that_comes_back_is_found_again(serve, petrel, broker, tmp_path):
    server = serve("--config", configure(tmp_path, broker.port))
    broker.wait_for_subscriber()
    broker.publish([("suricata.events", eve(number)) for number in range(100)])
    received(server, 100)
    broker.stop()
    failing = until(lambda: (found := source(server)) and found["state"] == "failing" and found, what="the failing state")
    assert "hpfeeds 127.0.0.1" in failing["detail"]
    broker.start()
    broker.wait_for_subscriber()
    broker.publish([("suricata.events", eve(number)) for number in range(100, 200)])
    received(server, 200)
    assert source(server)["state"] == "live"
    server.stop()
    assert sorted(int(event["flow"]["id"]) for event in petrel.stored(tmp_path / "data")) == list(range(200))


def test_what_was_stored_outlives_a_kill_once(serve, petrel, broker, tmp_path):
    config = configure(tmp_path, broker.port)
    for run in range(3):
        server = serve("--config", config)
        broker.wait_for_subscriber()
        broker.publish([("suricata.events", eve(number)) for number in range(run * 100, run * 100 + 100)])
        received(server, run * 100 + 100)
        server.kill()
    assert sorted(int(event["flow"]["id"]) for event in petrel.stored(tmp_path / "data")) == list(range(300))


@pytest.mark.parametrize("wrong, reason", [
    ({"secret": "another"}, "Authentication failed for sub"), ({"channels": ("not.allowed",)}, "not allowed to sub here"),
])
def test_a_refusal_is_shown(serve, broker, tmp_path, wrong, reason):
    server = serve("--config", configure(tmp_path, broker.port, **wrong))
    failing = until(lambda: (found := source(server)) and found["state"] == "failing" and found, what="the failing state")
    assert reason in failing["detail"] and "check ident, secret and channels" in failing["detail"]


def make_certificate(folder):
    """A certificate that is its own authority, and its key."""
    certificate, key = folder / "ca.pem", folder / "ca.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test",
         "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key


def test_tls_checks_the_certificate(serve, broker, tmp_path):
    relay = Relay(broker.port, *make_certificate(tmp_path))
    trusting = serve("--config", configure(tmp_path, relay.port, scheme="hpfeeds+tls", host="localhost", more="    tls_ca: ./ca.pem\n"))
    broker.wait_for_subscriber()
    broker.publish([("suricata.events", eve(1))])
    received(trusting, 1)
    trusting.stop()
    for more, host, reason in [("", "localhost", "not trusted"), ("    tls_ca: ./ca.pem\n", "127.0.0.1", "does not name")]:
        config = configure(tmp_path, relay.port, scheme="hpfeeds+tls", more=more, host=host)
        server = serve("--config", config, data=tmp_path / f"untrusting-{host}")
        failing = until(lambda: (found := source(server)) and found["state"] == "failing" and found, what="the failing state")
        assert reason in failing["detail"] and failing["ledger"]["received"] == 0


def test_the_recorded_publications_are_understood(serve, broker, shared, tmp_path):
    """What real sensors published, sent again; all but the one that is no JSON is stored."""
    unpacker = Unpacker()
    unpacker.feed((shared / "hpfeeds" / "subscriber.s2c.bin").read_bytes())
    messages = []
    for opcode, body in unpacker:
        if opcode == OP_INFO:
            continue
        ident, rest = body[1:1 + body[0]], body[1 + body[0]:]
        messages.append((rest[1:1 + rest[0]].decode(), rest[1 + rest[0]:]))
    channels = ("cowrie.sessions", "suricata.events")
    server = serve("--config", configure(tmp_path, broker.port, channels=channels))
    broker.wait_for_subscriber(channels)
    mine = [(channel, payload) for channel, payload in messages if channel in channels]
    broker.publish(mine)
    ledger = received(server, len(mine))
    assert ledger["stored"] == len(mine) == 260

#!/usr/bin/env python3
"""A busy honeypot day, squeezed: eight sources of five kinds at once, at an even pace.

    python3 bench/day.py [--rate 20000] [--seconds 300]

Starts `petrel serve` on an empty folder with three followed logs (Suricata, Cowrie, Zeek), syslog over TCP (sshd), a local socket that is written
to and one that takes datagrams (Suricata), a WebSocket feed, and HTTP ingest (Cowrie). Each gets an eighth of the rate; every record is told from
all others and has the time at which it is sent. Each second it asks for the sources' lag and looks at the process's memory. In the end all that
was sent must be stored, once, and every source's books must balance.

Prints JSON lines and a table. Exit codes: 0 measured, 1 something is missing or does not add up, 2 usage.
"""

import argparse
import base64
import hashlib
import json
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report

ROOT = Path(__file__).resolve().parents[1]
TICK = 0.05
LEDGER = ("stored", "duplicate", "filtered", "dead_lettered", "shed")


def address(number):
    return f"{11 + number % 180}.{number // 7 % 256}.{number // 1800 % 256}.{number % 251 + 1}"


def now():
    return datetime.now(timezone.utc)


def eve(number):
    return (f'{{"timestamp":"{now():%Y-%m-%dT%H:%M:%S.%f}+0000","flow_id":{number},"in_iface":"eth0","event_type":"alert","src_ip":"{address(number)}",'
            f'"src_port":{1024 + number % 60000},"dest_ip":"192.0.2.10","dest_port":{(22, 23, 80, 443, 445)[number % 5]},"proto":"TCP","alert":{{"action":"allowed",'
            f'"gid":1,"signature_id":{2_000_000 + number % 500},"rev":1,"signature":"ET SCAN Probe {number % 500}","category":"Attempted Information Leak",'
            f'"severity":2}}}}').encode()


def cowrie(number):
    return (f'{{"eventid":"cowrie.login.failed","username":"root","password":"p{number}","message":"login attempt [root/p{number}] failed","sensor":"pot-1",'
            f'"timestamp":"{now():%Y-%m-%dT%H:%M:%S.%f}Z","src_ip":"{address(number)}","session":"{number:012x}"}}').encode()


def zeek(number):
    return (f'{{"_path":"conn","ts":{time.time():.6f},"uid":"C{number:017d}","id.orig_h":"{address(number)}","id.orig_p":{1024 + number % 60000},'
            f'"id.resp_h":"192.0.2.20","id.resp_p":3389,"proto":"tcp","conn_state":"S0","orig_pkts":1,"orig_ip_bytes":40,"resp_pkts":0,'
            f'"resp_ip_bytes":0}}').encode()


def sshd(number):
    return (f"<38>1 {now():%Y-%m-%dT%H:%M:%S.%f}Z pot-2 sshd {number % 30000} - - Failed password for root from {address(number)} port "
            f"{1024 + number % 60000} ssh2").encode()


class Feed:
    """A WebSocket server with one message for each record."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.peer = None

    def accept(self):
        self.peer, _ = self.listener.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += self.peer.recv(4096)
        key = re.search(rb"(?i)sec-websocket-key: (\S+)", request).group(1)
        digest = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        self.peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + digest + b"\r\n\r\n")

    def send(self, records):
        frames = []
        for record in records:
            head = bytes([0x81, len(record)]) if len(record) < 126 else bytes([0x81, 126]) + len(record).to_bytes(2, "big")
            frames.append(head + record)
        self.peer.sendall(b"".join(frames))


class Sender(threading.Thread):
    """Sends records at an even pace; `sent` counts them."""

    def __init__(self, name, make, send, rate, seconds, first):
        super().__init__(daemon=True)
        self.name, self.make, self.send, self.rate, self.seconds, self.first = name, make, send, rate, seconds, first
        self.sent = 0
        self.failure = None
        self.late = 0.0

    def run(self):
        try:
            started = time.perf_counter()
            while self.sent < self.rate * self.seconds:
                elapsed = time.perf_counter() - started
                due = min(int(elapsed * self.rate), int(self.rate * self.seconds))
                if due > self.sent:
                    self.send([self.make(self.first + number) for number in range(self.sent, due)])
                    self.sent = due
                    self.late = max(self.late, time.perf_counter() - started - elapsed)
                time.sleep(TICK)
        except Exception as failure:
            self.failure = failure


class Server:
    def __init__(self, petrel, folder, config):
        self.process = subprocess.Popen(
            [petrel, "serve", "--data", folder / "data", "--assets", ROOT / ".assets", "--port", "0", "--config", config], stdout=subprocess.PIPE, text=True)
        found = re.search(r"http://127\.0\.0\.1:\d+/", self.process.stdout.readline())
        if not found:
            raise SystemExit(f"petrel serve ended with {self.process.wait()}")
        self.api = found.group() + "api/v1/"

    def ask(self, path):
        with urllib.request.urlopen(self.api + path, timeout=60) as answer:
            return json.load(answer)

    def ingest(self, records):
        request = urllib.request.Request(self.api + "ingest/cowrie", data=b"\n".join(records), headers={"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    @property
    def mebibytes(self):
        """Memory of its own, without mapped files."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1)) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=20_000, help="records a second of all sources together")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--petrel", type=Path, default=ROOT / ".build/release/petrel")
    arguments = parser.parse_args()
    if not arguments.petrel.exists():
        parser.error(f"{arguments.petrel} is missing; run swift build -c release")
    with tempfile.TemporaryDirectory(prefix="day") as scratch:
        sys.exit(run(Path(scratch), arguments))


def run(folder, arguments):
    report.emit(report.machine() | {"rate": arguments.rate, "seconds": arguments.seconds})
    logs = {name: folder / f"{name}.log" for name in ("suricata", "cowrie", "zeek")}
    for log in logs.values():
        log.touch()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    feed = Feed()
    config = folder / "petrel.yaml"
    config.write_text("sources:\n" + "".join(
        f"  - {{type: file, name: log-{name}, paths: [{log}], format: {name}}}\n" for name, log in logs.items()) + (
        f"  - {{type: syslog, name: syslog, listen: '127.0.0.1:{port}', transports: [tcp]}}\n"
        f"  - {{type: unix, name: stream, path: {folder}/stream.sock, format: suricata}}\n"
        f"  - {{type: unix, name: datagrams, path: {folder}/datagrams.sock, socket: datagram, format: suricata}}\n"
        f"  - {{type: websocket, name: feed, url: 'ws://127.0.0.1:{feed.port}/', format: cowrie}}\n"))
    server = Server(arguments.petrel, folder, config)
    feed.accept()
    syslog = connect(socket.create_connection, ("127.0.0.1", port))
    stream = connect(unix, socket.SOCK_STREAM, folder / "stream.sock")
    datagrams = connect(unix, socket.SOCK_DGRAM, folder / "datagrams.sock")
    files = {name: log.open("ab", buffering=0) for name, log in logs.items()}

    def lines(write):
        return lambda records: write(b"".join(record + b"\n" for record in records))

    outlets = {
        "log-suricata": (eve, lines(files["suricata"].write)), "log-cowrie": (cowrie, lines(files["cowrie"].write)),
        "log-zeek": (zeek, lines(files["zeek"].write)), "syslog": (sshd, lines(syslog.sendall)), "stream": (eve, lines(stream.sendall)),
        "datagrams": (eve, lambda records: [datagrams.send(record) for record in records]), "feed": (cowrie, feed.send),
        "http": (cowrie, server.ingest),
    }  # fmt: skip
    share = arguments.rate / len(outlets)
    senders = [
        Sender(name, make, send, share, arguments.seconds, number * 100_000_000)
        for number, (name, (make, send)) in enumerate(outlets.items())
    ]
    started = time.perf_counter()
    for sender in senders:
        sender.start()
    lags, memory = [], []
    while any(sender.is_alive() for sender in senders):
        time.sleep(1)
        if time.perf_counter() - started > 3:
            # In the first seconds not every source has an event.
            states = server.ask("sources")["sources"]
            lags.append({source["name"]: source["lag"] for source in states if source["name"] in outlets and source["lag"] is not None})
        memory.append(server.mebibytes)
    for sender in senders:
        if sender.failure:
            raise SystemExit(f"{sender.name}: {sender.failure!r}")
    sent = {sender.name: sender.sent for sender in senders}
    caught_up = wait_for(server, sum(sent.values()))
    books = {source["name"]: source["ledger"] for source in server.ask("sources")["sources"]}
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(60)
    return tell(sent, books, lags, memory, caught_up, time.perf_counter() - started)


def connect(attempt, *arguments):
    """A listener may come up after the address was told."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return attempt(*arguments)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def unix(kind, path):
    peer = socket.socket(socket.AF_UNIX, kind)
    peer.connect(str(path))
    return peer


def wait_for(server, total):
    """Seconds until all that was sent is in the answers."""
    started = time.perf_counter()
    while server.ask("count")["count"] < total and time.perf_counter() - started < 30:
        time.sleep(0.05)
    return time.perf_counter() - started


def tell(sent, books, lags, memory, caught_up, seconds):
    def worst(name):
        return round(max((lag.get(name, 0) for lag in lags), default=0), 2)

    balanced = all(books[name]["received"] == sum(books[name][key] for key in LEDGER) for name in sent)
    stored = {name: books[name]["stored"] for name in sent}
    typical = statistics.median(max(lag.values()) for lag in lags if lag)
    report.emit({
        "bench": "day", "sent": sum(sent.values()), "stored": sum(stored.values()), "records_per_second": round(sum(sent.values()) / seconds),
        "balanced": balanced, "lag_s": {"median_of_worst": round(typical, 2), "worst": max(worst(name) for name in sent)},
        "caught_up_s": round(caught_up, 2), "own_memory_mebibytes": {"median": round(statistics.median(memory)), "worst": round(max(memory))},
    })  # fmt: skip
    report.table([["source", "sent", "stored", "worst lag, s"]] + [[name, sent[name], stored[name], worst(name)] for name in sent])
    return 0 if balanced and stored == sent else 1


if __name__ == "__main__":
    main()

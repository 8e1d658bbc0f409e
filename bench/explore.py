#!/usr/bin/env python3
"""The workbench's questions on a running server: opening, first paint, and a flood of alerts meanwhile.

    python3 bench/explore.py [--events 10000000] [--alerts 400000] [--seconds 60] [--runs 9] [--data FOLDER]

1. Makes a store of that many events (once, with --data), starts `petrel serve` on it, and measures until it answers a count: after a clean
   stop, and after kill -9.
2. First paint: a histogram with eight facets, and the newest hundred events, asked at the same time as a screen does. Medians.
3. The flood: so many alerts in so many seconds through /api/v1/ingest, while every second the first paint is asked again. How late the
   answers of ingest are, how late the columns, how long a paint takes.

Prints JSON lines and a table. Exit codes: 0 measured, 1 failed, 2 usage.
"""

import argparse
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import make_eve
import report

ROOT = Path(__file__).resolve().parents[1]
FACETS = [
    "source.geo.country_iso_code", "source.ip", "destination.port", "attack.type", "observer.name", "rule.id", "network.transport",
    "source.as.number",
]  # fmt: skip
PAINT = ["facets?interval=1d&" + "&".join(f"field={name}" for name in FACETS), "events?limit=100"]
BATCH = 500


class Server:
    """`petrel serve` on a data folder; `opened` is the time until it answers a count."""

    def __init__(self, petrel, data, *options):
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [petrel, "serve", "--data", data, "--assets", ROOT / ".assets", "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if found:
                break
        else:
            raise SystemExit(f"petrel serve ended with {self.process.wait()}")
        self.api = found.group() + "api/v1/"
        self.count = self.ask("count")["count"]
        self.opened = time.perf_counter() - started

    def ask(self, path):
        with urllib.request.urlopen(self.api + path, timeout=60) as answer:
            return json.load(answer)

    def send(self, lines):
        request = urllib.request.Request(self.api + "ingest/suricata", data=lines, headers={"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    def paint(self, pool):
        """Seconds until all that a first paint needs is there."""
        started = time.perf_counter()
        list(pool.map(self.ask, PAINT))
        return time.perf_counter() - started

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(60)


def flood(server, pool, alerts, seconds):
    """Sends alerts at an even pace; paints once a second. Returns the worst and the middle of each."""
    lines = list(make_eve.lines(alerts, seed=7))
    before = server.ask("count")["count"]
    sent, answers, paints, behind = [0], [], [], []
    started = time.perf_counter()

    def send():
        for first in range(0, alerts, BATCH):
            due = started + seconds * first / alerts
            time.sleep(max(0, due - time.perf_counter()))
            server.send("\n".join(lines[first : first + BATCH]).encode())
            sent[0] = first + BATCH
            answers.append(time.perf_counter() - due)

    sender = threading.Thread(target=send)
    sender.start()
    while sender.is_alive():
        time.sleep(max(0, started + len(paints) + 1 - time.perf_counter()))
        paints.append(server.paint(pool))
        waiting = sent[0]
        asked = time.perf_counter()
        while server.ask("count")["count"] - before < waiting:
            time.sleep(0.01)
        behind.append(time.perf_counter() - asked)
    sender.join()
    stored = server.ask("count")["count"] - before
    if stored != alerts:
        raise SystemExit(f"{alerts} alerts were sent, {stored} are there")
    return {
        "alerts": alerts, "seconds": round(time.perf_counter() - started, 1), "ingest_late_ms": summary(answers),
        "columns_behind_ms": summary(behind), "paint_ms": summary(paints),
    }  # fmt: skip


def summary(seconds):
    """Median and worst, in milliseconds."""
    return {"median": round(statistics.median(seconds) * 1000, 1), "worst": round(max(seconds) * 1000, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--alerts", type=int, default=400_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--data", type=Path, help="keep the store there, and use the one that is there")
    parser.add_argument("--petrel", type=Path, default=ROOT / ".build/release/petrel")
    arguments = parser.parse_args()
    if not arguments.petrel.exists():
        parser.error(f"{arguments.petrel} is missing; run swift build -c release")

    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(len(PAINT)) as pool:
        data = arguments.data or Path(scratch) / "data"
        subprocess.run(
            [arguments.petrel, "bench", "query", "--events", str(arguments.events), "--runs", "1", "--data", data], check=True,
            stdout=subprocess.DEVNULL)
        report.emit(report.machine() | {"events": arguments.events, "runs": arguments.runs})
        Server(arguments.petrel, data).end()
        clean = Server(arguments.petrel, data)
        clean.end(signal.SIGKILL)
        server = Server(arguments.petrel, data)
        opening = {"after_clean_stop_s": round(clean.opened, 3), "after_kill_s": round(server.opened, 3), "count": server.count}
        report.emit({"bench": "opening"} | opening)
        first = summary([server.paint(pool)])["median"]
        paint = {"first_ms": first, "again_ms": summary([server.paint(pool) for _ in range(arguments.runs)])}
        report.emit({"bench": "paint"} | paint)
        flooded = flood(server, pool, arguments.alerts, arguments.seconds)
        report.emit({"bench": "flood"} | flooded)
        server.end()
    print()
    report.table([
        ["", "median", "worst"],
        ["opening after a clean stop, ms", None, round(clean.opened * 1000)],
        ["opening after kill -9, ms", None, round(server.opened * 1000)],
        ["first paint, ms", paint["again_ms"]["median"], max(first, paint["again_ms"]["worst"])],
        ["paint in the flood, ms", flooded["paint_ms"]["median"], flooded["paint_ms"]["worst"]],
        ["answer of ingest late, ms", flooded["ingest_late_ms"]["median"], flooded["ingest_late_ms"]["worst"]],
        ["columns behind, ms", flooded["columns_behind_ms"]["median"], flooded["columns_behind_ms"]["worst"]],
    ])  # fmt: skip


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Live fan-out side by side: `petrel bench live` and nginx with nchan under the same subscribers, in turn.

    bench/peers/setup.sh
    python3 bench/live.py [--cases 1000x100 1000x1000 5000x20] [--rounds 3] [--workers 1] [--without petrel]

A case is SUBSCRIBERSxRATE. Both serve GET /sub (the event stream) and POST /pub (the body is one message of 300 bytes);
bench/peers/subscribers.c is the client and shares the machine with the server. Latency counts from publish to receipt.
Prints a JSON line for each run, one with medians for each case, and a table. Exit codes: 0 measured, 1 failed, 2 usage.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report
from peers import nchan

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".build-peers"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processor_seconds(pid):
    """User and system time of a process and its children that still run."""
    total = 0
    for task in [pid, *children(pid)]:
        fields = Path(f"/proc/{task}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def serving(name, command, port):
    """A server that listens on loopback, stopped at the end however the block ends."""
    with (WORK / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 20
            while True:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{name} does not listen on port {port}: see {log.name}\n  {' '.join(command)}")
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def measure(name, case, seconds, arguments):
    """One server, one client, one case."""
    subscribers, rate = case
    port = free_port()
    if name == "petrel":
        command = [str(arguments.petrel), "bench", "live", "--port", str(port)]
    else:
        folder = WORK / "nchan"
        shutil.rmtree(folder, ignore_errors=True)
        command = nchan.command(folder, port, arguments.workers, os.geteuid() == 0)
    with serving(name, command, port) as pid:
        before = processor_seconds(pid)
        client = subprocess.run(
            [str(WORK / "subscribers"), str(port), str(subscribers), str(rate), str(seconds)],
            capture_output=True, text=True, timeout=seconds + 90,
        )  # fmt: skip
        if client.returncode != 0 or not client.stdout:
            raise SystemExit(f"the client failed against {name}: {client.stderr.strip() or client.returncode}")
        used = processor_seconds(pid) - before
    result = json.loads(client.stdout)
    return result | {"server_seconds": round(used, 2), "per_server_second": round(result["delivered"] / max(used, 0.01))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=["100x100", "1000x100", "1000x1000", "5000x20"], metavar="SUBSCRIBERSxRATE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of publishing in each run (default 3)")
    parser.add_argument("--workers", type=int, default=1, help="nginx workers (default 1)")
    parser.add_argument("--petrel", type=Path, default=ROOT / ".build/release/petrel")
    parser.add_argument("--without", action="append", default=[], choices=["petrel", "nchan"])
    arguments = parser.parse_args()
    try:
        cases = [tuple(map(int, case.split("x"))) for case in arguments.cases]
        names = [name for name in ("petrel", "nchan") if name not in arguments.without]
        assert names and all(len(case) == 2 for case in cases)
    except (ValueError, AssertionError):
        parser.error("a case is SUBSCRIBERSxRATE, for example 1000x100, and one server must be left")
    if not (WORK / "subscribers").exists():
        parser.error("the client is not built: run bench/peers/setup.sh")
    if "petrel" in names and not arguments.petrel.exists():
        parser.error(f"{arguments.petrel} is missing: swift build -c release, or --without petrel")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))

    report.emit(report.machine() | {"rounds": arguments.rounds, "seconds": arguments.seconds, "nginx_workers": arguments.workers})
    rows = [["case", "server", "delivered/s", "p50 ms", "p99 ms", "per server CPU s", "lost", "out of order"]]
    for case in cases:
        runs = {name: [] for name in names}
        for round_number in range(arguments.rounds):
            for name in names:
                result = measure(name, case, arguments.seconds, arguments)
                runs[name].append(result)
                report.emit({"run": round_number + 1, "name": name} | result)
        label = f"{case[0]:,} × {case[1]:,}/s"
        summary = {"case": label}
        for name, own in runs.items():
            fields = ("per_second", "p50_ms", "p99_ms", "per_server_second")
            summary[name] = {field: report.median(own, field) for field in fields}
            summary[name] |= {field: sum(run[field] for run in own) for field in ("lost", "disordered", "closed")}
            rows.append([label, name, *(round(v) if v > 1000 else v for v in summary[name].values())][:8])
        if len(runs) == 2:
            pairs = (("deliveries", "per_second"), ("p50", "p50_ms"), ("p99", "p99_ms"), ("per_server_second", "per_server_second"))
            summary["petrel_ratio"] = {name: report.median_ratio(runs["petrel"], runs["nchan"], field) for name, field in pairs}
        report.emit(summary)
    print()
    report.table(rows)


if __name__ == "__main__":
    main()

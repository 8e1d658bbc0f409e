#!/usr/bin/env python3
"""Ingest side by side: `petrel bench ingest` without and with its columns, a good Python script and syslog-ng on the same file, in turn.

    bench/peers/setup.sh
    python3 bench/ingest.py [--lines 200000] [--rounds 3] [--eve FILE] [--without petrel …]

Prints a JSON line for each run, one with medians and ratios, and a table. Exit codes: 0 measured, 1 a run failed, 2 usage.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import make_eve
import report

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".build-peers"
NOTE = (
    "The Python script stores 16 columns and the printable payload, syslog-ng the parsed fields as JSON text; neither keeps\n"
    "the raw line, a cursor, origin keys or a ledger. Petrel stores and verifies all of these, with synchronous=FULL; \"columns\" also\n"
    "makes every field ready for questions and indexes the words of texts behind that; both are there after so many seconds in all."
)


def contenders(eve, petrel):
    """Name and command of each, in the order of a round."""
    mmdb = str(ROOT / ".assets" / "city.mmdb")
    ingest = [str(petrel), "bench", "ingest", "--json", "--file", str(eve)]
    return {
        "petrel": [*ingest, "--no-columns"],
        "petrel, columns": ingest,
        "python": [
            str(WORK / "venv/bin/python"), str(ROOT / "bench/peers/ingest_sqlite.py"),
            "--mmdb", mmdb, "--database", str(WORK / "events.db"), str(eve),
        ],
        "syslog-ng": [
            sys.executable, str(ROOT / "bench/peers/syslog_ng.py"),
            "--mmdb", mmdb, "--scratch", str(WORK / "syslog-ng"), str(eve),
        ],
    }  # fmt: skip


def measure(name, command, lines_in, limit=300):
    """Runs one contender; its last line is its result. Adds processor time and peak memory of the whole process tree.

    One that stored another number of events than the file has lines did not do the same work, and is an error.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as complaint:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=complaint)
        deadline = time.monotonic() + limit
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                process.kill()
                os.wait4(process.pid, 0)
                raise SystemExit(f"{name}: not done after {limit} s: {' '.join(command)}")
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        complaint.seek(0)
        lines = output.read().strip().splitlines()
        if process.returncode != 0 or not lines:
            raise SystemExit(f"{name} failed ({process.returncode}): {complaint.read().strip()[-500:]}\n  {' '.join(command)}")
    try:
        result = json.loads(lines[-1])
    except ValueError:
        raise SystemExit(f"{name}: its last line is not JSON: {lines[-1][:200]}") from None
    if "events_per_second" not in result:
        raise SystemExit(f"{name}: no events_per_second in {lines[-1][:200]}")
    if result.get("events", lines_in) != lines_in:
        raise SystemExit(f"{name} stored {result['events']} of {lines_in} events")
    used = usage.ru_utime + usage.ru_stime
    return result | {"processor_seconds": round(used, 2), "peak_mib": round(usage.ru_maxrss / 1024)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=200_000, help="lines of the generated file (default 200,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--eve", type=Path, help="use this EVE alert file instead")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--petrel", type=Path, default=ROOT / ".build/release/petrel")
    parser.add_argument("--without", action="append", default=[], choices=["petrel", "petrel, columns", "python", "syslog-ng"])
    arguments = parser.parse_args()

    eve = arguments.eve
    if eve is None:
        eve = WORK / f"eve-{arguments.lines}-{arguments.seed}.json"
        if not eve.exists():
            WORK.mkdir(exist_ok=True)
            draft = eve.with_suffix(".new")
            with draft.open("w", encoding="ascii") as file:
                file.writelines(line + "\n" for line in make_eve.lines(arguments.lines, arguments.seed))
            draft.rename(eve)
    commands = {n: c for n, c in contenders(eve.resolve(), arguments.petrel).items() if n not in arguments.without}
    for name, command in commands.items():
        if not Path(command[0]).exists():
            parser.error(f"{name}: {command[0]} is missing; run bench/peers/setup.sh and swift build -c release, or --without {name}")

    with eve.open("rb") as file:
        lines_in = sum(1 for _ in file)
    report.emit(report.machine() | {"file": eve.name, "lines": lines_in, "bytes": eve.stat().st_size, "rounds": arguments.rounds})
    runs = {name: [] for name in commands}
    for round_number in range(arguments.rounds):
        for name, command in commands.items():
            os.sync()  # What the run before left to be written must not slow this one.
            result = measure(name, command, lines_in)
            runs[name].append(result)
            report.emit({"run": round_number + 1, "name": name} | result)
    summary = {name: round(report.median(own, "events_per_second")) for name, own in runs.items()}
    ratios = {}
    if "petrel" in runs:
        others = (name for name in runs if not name.startswith("petrel"))
        ratios = {name: report.median_ratio(runs["petrel"], runs[name], "events_per_second") for name in others}
    report.emit({"median_events_per_second": summary, "petrel_ratio": ratios, "note": NOTE.replace("\n", " ")})
    print()
    heading = ["", "events/s", "Petrel is", "CPU s", "peak MiB", "columns s", "words s"]
    seconds = ("columns_caught_up_seconds", "text_caught_up_seconds")
    report.table([
        heading,
        *(
            [n, summary[n], f"{ratios[n]} ×" if ratios.get(n) else "", report.median(r, "processor_seconds"), report.median(r, "peak_mib")]
            + [report.median(r, field) or "" for field in seconds]
            for n, r in runs.items()
        ),
    ])  # fmt: skip
    print(NOTE)


if __name__ == "__main__":
    main()

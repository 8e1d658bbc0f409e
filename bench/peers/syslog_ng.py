#!/usr/bin/env python3
"""syslog-ng reading an EVE file: JSON parse, geoip2 of the source, JSON lines to a file. Prints one JSON line.

    syslog_ng.py --mmdb city.mmdb --scratch DIR EVE

The clock runs from the start of the program until every line is in the output. Its threads and queues are set for
throughput; it keeps all parsed fields as JSON, but no cursor with the output, no duplicate check and no ledger.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

CONFIGURATION = """@version: 3.35
options {{ threaded(yes); stats-freq(0); flush-lines(1000); }};
source eve {{ file("{eve}" flags(no-parse) follow-freq(0.01) log-fetch-limit(20000) log-iw-size(100000)); }};
parser json {{ json-parser(prefix(".eve.")); }};
parser place {{ geoip2("${{.eve.src_ip}}" prefix(".place.") database("{mmdb}")); }};
destination out {{
    file("{out}" template("$(format-json --scope none .eve.* .place.*)\\n") log-fifo-size(400000));
}};
log {{ source(eve); parser(json); parser(place); destination(out); flags(flow-control); }};
"""


def count_lines(path, lines, process, limit):
    """Follows the output until it has `lines` lines; returns how many it has when that, the end or the limit comes."""
    seen, file, deadline = 0, None, time.perf_counter() + limit
    while seen < lines and time.perf_counter() < deadline and process.poll() is None:
        if file is None and path.exists():
            file = path.open("rb")
        block = file.read(1 << 24) if file else b""
        if block:
            seen += block.count(b"\n")
        else:
            time.sleep(0.01)
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eve", type=Path)
    parser.add_argument("--mmdb", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True, help="folder for configuration, state and output; emptied")
    parser.add_argument("--limit", type=float, default=120, help="seconds after which it is given up (default 120)")
    arguments = parser.parse_args()
    scratch = arguments.scratch.resolve()
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    out, configuration = scratch / "out.json", scratch / "syslog-ng.conf"
    configuration.write_text(CONFIGURATION.format(eve=arguments.eve.resolve(), mmdb=arguments.mmdb.resolve(), out=out))
    with arguments.eve.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b""))

    command = [
        "syslog-ng", "--foreground", "--no-caps", f"--cfgfile={configuration}", f"--persist-file={scratch}/persist",
        f"--pidfile={scratch}/pid", f"--control={scratch}/control",
    ]  # fmt: skip
    with (scratch / "log").open("wb") as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            seen = count_lines(out, lines, process, arguments.limit)
            seconds = time.perf_counter() - started
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    if seen < lines:
        print(f"syslog-ng wrote {seen} of {lines} lines in {seconds:.0f} s: see {scratch}/log", file=sys.stderr)
        return 1
    report = {
        "events": seen,
        "seconds": round(seconds, 3),
        "events_per_second": round(seen / seconds),
        "bytes": out.stat().st_size,
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())

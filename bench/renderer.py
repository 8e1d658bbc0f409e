#!/usr/bin/env python3
"""Arcs side by side: Petrel's renderer and one Canvas 2D path per arc, in the same browser, in turn.

    python3 bench/renderer.py [--rounds 3] [--frames 240] [--without canvas-paths]

Counts milliseconds of the page's main thread in the frame callback; the GPU process is not in them. A case is a number of
arcs in the air; arcs that end are followed by new ones. "earth" is the globe's base layer (sea, countries, night) while it
turns. "frames/s" is what the browser drew meanwhile, its GPU process included. Needs playwright and chromium (PETREL_CHROMIUM names another browser): .venv/bin/python has them once ./test has run.
Prints a JSON line for each run, one with medians for each case, and a table. Exit codes: 0 measured, 1 failed, 2 usage.
"""

import argparse
import os
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report

ROOT = Path(__file__).resolve().parents[1]
#: What may be fetched, and where it lies.
SERVED = {"/web/": ROOT / "web", "/bench/renderer/": ROOT / "bench/renderer", "/assets/": ROOT / ".assets"}
CASES = {"petrel": [300, 1000, 5000, 20_000], "canvas-paths": [300, 1000, 5000], "earth": [0]}
#: In software a frame of 20,000 arcs takes seconds, nearly all of them the GPU process's: few frames have to do.
LIMITS = {"warmUp": 3, "seconds": 15, "least": 15}
#: A page may have to wait for the drawing of the one before it.
PATIENCE_MS = 180_000


class Files(SimpleHTTPRequestHandler):
    """The page, Petrel's modules and the countries' outlines."""

    def translate_path(self, path):
        for prefix, folder in SERVED.items():
            if path.startswith(prefix) and ".." not in path:
                return str(folder / path[len(prefix) :])
        return str(ROOT / "does-not-exist")

    def end_headers(self):
        # With these the browser's clock tells 5 µs, without them 100.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_):
        """Requests are not part of the output."""


def percentile(values, share):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(browser, address, name, arcs, arguments):
    """One contender, one number of arcs, in a page of its own."""
    page = browser.new_page(viewport={"width": arguments.size[0], "height": arguments.size[1]})
    page.set_default_timeout(PATIENCE_MS)
    try:
        page.goto(f"{address}/bench/renderer/page.html")
        page.wait_for_function("window.measure !== undefined")
        result = page.evaluate("([name, arcs, limits]) => measure(name, arcs, limits)", [name, arcs, LIMITS | {"frames": arguments.frames}])
    finally:
        page.close()
    frame, count = result["frame"], len(result["frame"])
    return {
        "frame_ms": round(percentile(frame, 0.5), 3), "frame_p95_ms": round(percentile(frame, 0.95), 3),
        "new_arcs_ms": round(sum(result["birth"]) / count, 3), "frames": count, "frames_per_s": round(count / result["seconds"], 1),
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=240, help="in each run, or as many as there are in 15 seconds, at least 15")
    parser.add_argument("--arcs", type=int, nargs="+", default=[], help="only these cases (default: all; 0 is the globe's base layer)")
    parser.add_argument("--without", action="append", default=[], choices=list(CASES))
    parser.add_argument("--size", default="640x360", metavar="WIDTHxHEIGHT",
                        help="of the canvases; it makes no difference to the main thread, and a browser without a graphics card draws small ones sooner")
    arguments = parser.parse_args()
    try:
        arguments.size = tuple(map(int, arguments.size.split("x")))
        assert len(arguments.size) == 2 and min(arguments.size) > 0
    except (ValueError, AssertionError):
        parser.error("a size is WIDTHxHEIGHT, for example 1920x1080")
    if arguments.rounds < 1 or arguments.frames < 1:
        parser.error("rounds and frames must be at least 1")
    if not (ROOT / ".assets/world.json").exists() and "earth" not in arguments.without:
        parser.error(".assets/world.json is missing: run ./run once, or --without earth")

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    cases = sorted({arcs for name in CASES if name not in arguments.without for arcs in CASES[name] if arcs in (arguments.arcs or CASES[name])})
    rows = [["arcs", "contender", "frame ms", "p95 ms", "new arcs ms", "frames/s"]]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("PETREL_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        report.emit(report.machine() | {"browser": browser.version, "rounds": arguments.rounds, "frames": arguments.frames, "size": arguments.size})
        for arcs in cases:
            names = [name for name in CASES if arcs in CASES[name] and name not in arguments.without]
            runs = {name: [] for name in names}
            for round_number in range(arguments.rounds):
                for name in names:
                    result = measure(browser, address, name, arcs, arguments)
                    runs[name].append(result)
                    report.emit({"run": round_number + 1, "name": name, "arcs": arcs} | result)
            summary = {"arcs": arcs}
            fields = ("frame_ms", "frame_p95_ms", "new_arcs_ms", "frames_per_s")
            for name, own in runs.items():
                summary[name] = {field: report.median(own, field) for field in fields}
                rows.append([f"{arcs:,}" if arcs else "-", name, *summary[name].values()])
            if {"petrel", "canvas-paths"} <= runs.keys():
                summary["petrel_ratio"] = {field: report.median_ratio(runs["petrel"], runs["canvas-paths"], field) for field in ("frame_ms", "frame_p95_ms")}
            report.emit(summary)
        browser.close()
    server.shutdown()
    print()
    report.table(rows)


if __name__ == "__main__":
    try:
        main()
    except Error as error:
        raise SystemExit(f"the browser failed: {error}") from error

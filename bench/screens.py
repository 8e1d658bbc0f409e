#!/usr/bin/env python3
"""The screens in a real browser, on a store of a million events: first paint, typing, and what an hour of live leaves behind.

    .venv/bin/python bench/screens.py [--events 1000000] [--rounds 5] [--live-events 3600000] [--live-rate 20000] [--data FOLDER]
        [--json] [--web-root web]

1. First meaningful paint: each screen in a new browser context (nothing cached), from the start of the navigation until what the screen is
   for is there: numbers of the map, rows of Explore, of an entity page, sources. Beside it the browser's first contentful paint.
2. Typing: a query of 75 characters in the query bar while the server proposes fields and values; the longest task of the page
   (PerformanceObserver, `longtask`: none is told of below 50 ms) and the longest handling of a key (`event`).
3. Live: alerts through /api/v1/ingest, as many as come in an hour at 1,000 a second, faster; the page's heap after a collection
   (CDP) and its DOM nodes after the first tenth and at the end.

Prints JSON lines, the last one with every median beside what it should stay below, and a table (not with --json). Exit codes: 0 measured,
1 failed, 2 usage; a figure above its limit is a measurement, not a failure.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

import explore
import make_eve
import report

ROOT = Path(__file__).resolve().parents[1]
#: What is there when a screen can be used.
READY = {
    "map": ("", "[data-testid=total-attacks][data-count]"),
    "explore": ("explore?range=all&split=attack.type", '[data-testid=row]:not(.pending)'),
    "entity": ("entity/port/22", '[data-testid=row]:not(.pending)'),
    "sources": ("sources", "[data-testid=source-totals] dd"),
    "board": ("board", "[data-testid=board-total][data-count]"),
}
#: Notes when a selector is first there, at the next frame, from the start of the navigation; and all long tasks and slow keys.
OBSERVER = """(selector) => {
  window.petrelBench = { ready: null, tasks: [], keys: [] };
  const look = () => {
    if (window.petrelBench.ready !== null || !document.querySelector(selector)) return;
    window.petrelBench.ready = 0;
    requestAnimationFrame(() => { window.petrelBench.ready = performance.now(); });
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  new PerformanceObserver((list) => window.petrelBench.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => window.petrelBench.keys.push(...list.getEntries().filter((e) => e.name.startsWith('key') || e.name === 'input')
    .map((e) => e.processingEnd - e.processingStart))).observe({ type: 'event', durationThreshold: 16, buffered: true });
}"""
QUERY = "source.ip: 198.51.100.0/24 and not destination.port: 445 and rule.name: ET*"
KEY_MS = 60
#: What each figure should stay below: milliseconds of the medians, MiB in an hour.
LIMITS = {"ready_ms": 1000, "longest_task_ms": 50, "longest_key_ms": 50, "growth_mib_an_hour": 50}
#: An hour at 1,000 events a second.
HOUR_EVENTS = 3_600_000
BATCH = 1000
PATIENCE_MS = 60_000


def opened(browser, address, name):
    """A page of its own context, when it can be used; its times in milliseconds."""
    path, ready = READY[name]
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({OBSERVER})({json.dumps(ready)})")
    page.goto(address + path, wait_until="commit")
    page.wait_for_function("() => window.petrelBench.ready > 0")
    times = page.evaluate("""() => ({ ready_ms: window.petrelBench.ready, first_paint_ms: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
      kib: performance.getEntriesByType('resource').reduce((sum, e) => sum + e.transferSize, 0) / 1024 })""")
    return page, {key: value and round(value, 1) for key, value in times.items()}


def typing(browser, address):
    """Writes a query with proposals; the longest task and the longest handling of a key, in milliseconds."""
    page, _ = opened(browser, address, "explore")
    page.wait_for_selector("petrel-explore:not(.asking)")
    page.evaluate("() => { window.petrelBench.tasks = []; window.petrelBench.keys = []; }")
    page.get_by_test_id("query").press_sequentially(QUERY, delay=KEY_MS)
    page.wait_for_timeout(500)
    found = page.evaluate("() => window.petrelBench")
    page.context.close()
    return {"keys": len(QUERY), "long_tasks": len(found["tasks"]), "longest_task_ms": round(max(found["tasks"], default=0), 1),
            "longest_key_ms": round(max(found["keys"], default=0), 1)}


def held(page):
    """Heap after a collection, in MiB, and DOM nodes that live."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {"heap_mib": round(metrics["JSHeapUsedSize"] / 2**20, 2), "nodes": int(metrics["Nodes"])}


def live(browser, address, events, rate):
    """What an open map holds after a tenth of the events, and after all of them."""
    page, _ = opened(browser, address, "map")
    lines = list(make_eve.lines(min(events, 100_000), seed=11))
    first = None
    after = 0
    started = time.perf_counter()
    for sent in range(0, events, BATCH):
        time.sleep(max(0, started + sent / rate - time.perf_counter()))
        # Every round of the lines is another day's: what is sent twice would be stored once.
        part = [lines[(sent + index) % len(lines)] for index in range(min(BATCH, events - sent))]
        body = "\n".join(line.replace('"flow_id":', f'"flow_id":{1 + sent // len(lines)}', 1) for line in part).encode()
        request = urllib.request.Request(address + "api/v1/ingest/suricata", body, {"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer.read()
        if first is None and sent + BATCH >= events / 10:
            page.wait_for_timeout(2000)
            first, after = held(page), sent + len(part)
        # The browser's messages are read, so that they do not pile up here.
        page.wait_for_timeout(0)
    seconds = time.perf_counter() - started
    stored = json.load(urllib.request.urlopen(address + "api/v1/live/snapshot", timeout=60))["totals"]["stored"]
    page.wait_for_function("n => Number(document.querySelector('[data-testid=total-stored]').dataset.count) >= n", arg=stored, timeout=PATIENCE_MS)
    last = held(page)
    received = page.evaluate("() => Number(document.querySelector('[data-testid=screen-received]').dataset.count)")
    page.context.close()
    growth = last["heap_mib"] - first["heap_mib"]
    return {"events": events, "seconds": round(seconds, 1), "received": received, "after_a_tenth": first, "at_the_end": last,
            "growth_mib": round(growth, 2), "growth_mib_an_hour": round(growth * HOUR_EVENTS / max(1, events - after), 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--live-events", type=int, default=3_600_000, help="an hour at 1,000 a second")
    parser.add_argument("--live-rate", type=int, default=20_000, help="events a second")
    parser.add_argument("--data", type=Path, help="keep the store there, and use the one that is there")
    parser.add_argument("--json", action="store_true", help="JSON lines only")
    parser.add_argument("--web-root", type=Path, help="pages from there in place of those that are built in")
    parser.add_argument("--petrel", type=Path, default=ROOT / ".build/release/petrel")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.events < 1 or arguments.live_rate < 1 or 0 < arguments.live_events < 10 * BATCH:
        parser.error(f"rounds, events and rate must be at least 1; live events 0 (leave it out) or at least {10 * BATCH:,}")
    if not arguments.petrel.exists():
        parser.error(f"{arguments.petrel} is missing; run swift build -c release")
    chromium = os.environ.get("PETREL_CHROMIUM", "/usr/bin/chromium")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        data = arguments.data or Path(scratch) / "data"
        subprocess.run([arguments.petrel, "bench", "query", "--events", str(arguments.events), "--runs", "1", "--data", data], check=True,
                       stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        report.emit(report.machine() | {"events": arguments.events, "rounds": arguments.rounds, "browser": browser.version})
        server = explore.Server(arguments.petrel, data, *(["--web-root", arguments.web_root] if arguments.web_root else []))
        address = server.api.removesuffix("api/v1/")
        rows = [["", "median", "worst", "limit"]]
        figures = []

        def figure(name, field, label, values):
            middle, worst = round(statistics.median(values), 2), max(values)
            figures.append({"name": name, "field": field, "median": middle, "worst": worst, "limit": LIMITS[field], "holds": middle < LIMITS[field]})
            rows.append([label, middle, worst, LIMITS[field]])

        try:
            runs = {name: [] for name in READY}
            for number in range(arguments.rounds):
                for name in READY:
                    page, times = opened(browser, address, name)
                    page.context.close()
                    runs[name].append(times)
                    report.emit({"bench": "paint", "run": number + 1, "screen": name} | times)
            for name, own in runs.items():
                figure(name, "ready_ms", f"{name} can be used, ms", [run["ready_ms"] for run in own])
            keys = [typing(browser, address) for _ in range(arguments.rounds)]
            for number, run in enumerate(keys):
                report.emit({"bench": "typing", "run": number + 1} | run)
            for label, field in (("longest task while typing, ms (0: below 50)", "longest_task_ms"), ("longest key while typing, ms", "longest_key_ms")):
                figure("typing", field, label, [run[field] for run in keys])
            if arguments.live_events:
                grown = live(browser, address, arguments.live_events, arguments.live_rate)
                report.emit({"bench": "live"} | grown)
                figure("live", "growth_mib_an_hour", "heap's growth in an hour of live at 1,000 events/s, MiB", [grown["growth_mib_an_hour"]])
                rows.append(["DOM nodes after a tenth of it, at the end", grown["after_a_tenth"]["nodes"], grown["at_the_end"]["nodes"], None])
        finally:
            server.end()
            browser.close()
    report.emit({"bench": "screens", "figures": figures})
    if not arguments.json:
        print()
        report.table(rows)


if __name__ == "__main__":
    main()

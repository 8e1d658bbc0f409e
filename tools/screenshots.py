#!/usr/bin/env python3
"""Makes the pictures in docs/images: every screen, dark and light, on a wide screen and on a phone.

    .venv/bin/python tools/screenshots.py [--recorded LOG…] [--binary .build/release/petrel] [--web web] [--only map explore]

Recorded logs are of different years and lengths: they are made one stretch of 24 hours that ends now (tools/recorded_mix.py), imported into a folder that
is thrown away, and replayed by the map. Several of different families give pictures in all colours. Without any, the simulated world is shown.
The pictures are WebP, made by the browser itself. Needs the tools that ./test installs (Playwright, chromium).
"""

import argparse
import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright
from recorded_mix import write_mix

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
SCHEMES = ["dark", "light"]
SIZES = {"": (1920, 1080), "-phone": (390, 844)}
QUALITY = {"": 80, "-phone": 84}
ROWS = '[data-testid="row"]:not(.pending)'
#: How long the window of recorded logs takes on the map.
PLAY_SECONDS = 900
#: How long an answer may take; far more than it takes on an idle machine.
PATIENCE_MS = 180_000
#: Fonts and last frames.
SETTLE_MS = 1500


class Screen:
    """What is pictured."""

    def __init__(self, path, ready, runs=False, pressed=None, after=None):
        self.path, self.ready = path, ready
        #: Whether the world has to run before there is something to see.
        self.runs = runs
        #: What is pressed on a wide screen once the answer is there, and what is there then.
        self.pressed, self.after = pressed, after


def screens(is_recorded, port):
    """All screens by the names of their pictures; `port` is the one that is attacked most."""
    span = "range=all" if is_recorded else "range=15m"
    explore = f"explore?q=event.family:+attack+and+not+attack.type:+policy&{span}&split=attack.type"
    return {
        "map": Screen("?renderer=webgl2", "[data-testid=total-attacks][data-count]", runs=True),
        "globe": Screen("?view=globe&renderer=webgl2", "[data-testid=total-attacks][data-count]", runs=True),
        "board": Screen("board?panels=countries,newest,severity,types,rate&seconds=3600", "[data-testid=board-line]", runs=True),
        "explore": Screen(explore, ROWS, pressed=f"{ROWS} >> nth=4", after=".event-field"),
        "entity": Screen(f"entity/port/{port}", ROWS),
        "sources": Screen("sources", '[data-testid="source"]'),
        "palette": Screen(f"explore?{span}", ROWS, pressed="[data-testid=open-palette]", after=".palette-item"),
    }


def take(browser, address, screen, path, suffix, scheme, seconds):
    """One picture; returns its size in bytes."""
    width, height = SIZES[suffix]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=suffix != "", timezone_id="UTC")
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address + screen.path)
    page.wait_for_selector(screen.ready, state="attached")
    if screen.runs:
        page.wait_for_timeout(seconds * 1000)
    if screen.pressed and not suffix:
        page.locator(screen.pressed).click()
        page.wait_for_selector(screen.after)
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLE_MS)
    session = page.context.new_cdp_session(page)
    picture = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY[suffix]})
    path.write_bytes(base64.b64decode(picture["data"]))
    page.close()
    return path.stat().st_size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recorded", nargs="+", default=[], type=Path, help="logs to import and replay; the simulated world without them")
    parser.add_argument("--binary", default=ROOT / ".build/release/petrel", type=Path)
    parser.add_argument("--images", default=IMAGES, type=Path, help="folder that the pictures are written into")
    parser.add_argument("--web", type=Path, help="folder of the pages, in place of those in the binary")
    parser.add_argument("--most", default=3000, type=int, help="most events of one type of attack that one recorded log gives")
    parser.add_argument("--seconds", default=25, type=float, help="how long the world runs before a picture")
    parser.add_argument("--only", nargs="*", default=[""], help="take only pictures whose names begin so")
    options = parser.parse_args()
    for path in options.recorded:
        if not path.is_file():
            parser.error(f"{path} is no file; leave --recorded out for the simulated world")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [options.binary, "serve", "--port", "0", "--assets", ROOT / ".assets"]
        if options.recorded:
            mix = Path(folder, "mix")
            for log, number in write_mix(options.recorded, mix, options.binary, ROOT / ".assets", most=options.most).items():
                print(f"{log.name}: {number:,} events", flush=True)
            command += ["--config", mix / "petrel.yaml", "--data", Path(folder, "data"), "--play", mix / "mix.ndjson", "--format", "ecs", "--play-seconds", str(PLAY_SECONDS)]
        else:
            command += ["--simulate"]
        command += ["--web-root", options.web] if options.web else []
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            found = ADDRESS.search(server.stdout.readline())
            if not found:
                print(f"{options.binary} did not tell its address", file=sys.stderr)
                return 1
            address = found.group()
            browser = playwright.chromium.launch(executable_path=os.environ.get("PETREL_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
            first = browser.new_page()
            first.goto(address)
            # The workbench shows what was stored while the world ran, so that runs first.
            first.wait_for_timeout(0 if options.recorded else options.seconds * 1000)
            first.close()
            with urllib.request.urlopen(f"{address}api/v1/top?field=destination.port&q=event.family:attack&limit=1", timeout=60) as answer:
                [port] = json.load(answer)["groups"][0]["values"]
            total = 0
            for name, screen in screens(bool(options.recorded), port).items():
                for scheme in SCHEMES:
                    for suffix in SIZES:
                        file = options.images / f"{name}-{scheme}{suffix}.webp"
                        if file.name.startswith(tuple(options.only)) and not (name == "palette" and suffix):
                            size = take(browser, address, screen, file, suffix, scheme, options.seconds)
                            total += size
                            print(f"{file.name}: {size // 1024} KiB", flush=True)
            print(f"{total // 1024} KiB in all")
            browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
    return 0


if __name__ == "__main__":
    sys.exit(main())

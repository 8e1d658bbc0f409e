#!/usr/bin/env python3
"""Makes the pictures in docs/images from the simulated world.

    .venv/bin/python tools/screenshots.py [--binary .build/release/petrel] [--seconds 25]

Needs the tools that ./test installs (Playwright, chromium).
"""

import argparse
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
SCHEMES = ["dark", "light"]
EXPLORE = "explore?q=event.family:+attack+and+not+attack.type:+policy&range=15m&split=attack.type"
ROWS = '[data-testid="row"]:not(.pending)'
CARD = '[data-testid="source"]'
ENTITY = "entity/port/22"
#: name, path, width, height, colour scheme, what is there when the answer is, what is pressed then, what is there after that
PICTURES = [
    ("map-dark", "", 1920, 1080, "dark", None, None, None),
    ("map-light", "", 1920, 1080, "light", None, None, None),
    ("map-phone", "", 390, 844, "dark", None, None, None),
    *[(f"globe-{scheme}", "?view=globe", 1920, 1080, scheme, None, None, None) for scheme in SCHEMES],
    ("globe-phone", "?view=globe", 390, 844, "light", None, None, None),
    *[(f"explore-{scheme}", EXPLORE, 1440, 900, scheme, ROWS, f"{ROWS} >> nth=4", '.event-field') for scheme in SCHEMES],
    *[(f"sources-{scheme}", "sources", 1440, 900, scheme, CARD, None, None) for scheme in SCHEMES],
    *[(f"entity-{scheme}", ENTITY, 1440, 1200, scheme, ROWS, None, None) for scheme in SCHEMES],
    *[(f"palette-{scheme}", "explore?range=15m", 1440, 900, scheme, ROWS, "[data-testid=open-palette]", ".palette-item") for scheme in SCHEMES],
    ("explore-phone", EXPLORE, 390, 844, "dark", ROWS, None, None),
    ("entity-phone", ENTITY, 390, 844, "light", ROWS, None, None),
]
#: How long an answer may take; far more than it takes on an idle machine.
PATIENCE_MS = 120_000
#: Fonts and last frames.
SETTLE_MS = 1500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/petrel", type=Path)
    parser.add_argument("--seconds", default=25, type=float, help="how long the world runs before a picture")
    parser.add_argument("--only", nargs="*", default=[""], help="take only pictures whose names begin so")
    options = parser.parse_args()
    command = [options.binary, "serve", "--simulate", "--port", "0", "--assets", ROOT / ".assets"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = ADDRESS.search(server.stdout.readline())
        if not address:
            print(f"{options.binary} did not tell its address", file=sys.stderr)
            return 1
        with sync_playwright() as playwright:
            chromium = os.environ.get("PETREL_CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            first = browser.new_page()
            first.goto(address[0])
            # The workbench shows what was stored while the world ran, so that runs first.
            first.wait_for_timeout(options.seconds * 1000)
            first.close()
            for name, path, width, height, scheme, ready, pressed, after in PICTURES:
                if not name.startswith(tuple(options.only)):
                    continue
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 500)
                page.set_default_timeout(PATIENCE_MS)
                page.goto(address[0] + path)
                if ready is None:
                    page.wait_for_timeout(options.seconds * 1000)
                else:
                    page.wait_for_selector(ready)
                if pressed:
                    page.locator(pressed).click()
                    page.wait_for_selector(after)
                page.wait_for_timeout(SETTLE_MS)
                picture = ROOT / "docs/images" / f"{name}.png"
                page.screenshot(path=picture, animations="disabled")
                page.close()
                print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KiB")
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
    return 0


if __name__ == "__main__":
    sys.exit(main())

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
#: name, width, height, colour scheme
PICTURES = [
    ("map-dark", 1920, 1080, "dark"),
    ("map-light", 1920, 1080, "light"),
    ("map-phone", 390, 844, "dark"),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/petrel", type=Path)
    parser.add_argument("--seconds", default=25, type=float, help="how long the world runs before a picture")
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
            for name, width, height, scheme in PICTURES:
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(address[0])
                page.wait_for_timeout(options.seconds * 1000)
                path = ROOT / "docs/images" / f"{name}.png"
                page.screenshot(path=path)
                page.close()
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Starts a server for each file of browser tests, and a browser that fails a test for any error on the page.

PETREL_BIN names the petrel binary (default: the release build), PETREL_ASSETS its data files, PETREL_CHROMIUM the
browser. PETREL_MOCK=1 takes tools/ui/mock_server.py in place of the binary, for work on the page.
"""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from looks import DESK, looks_of
from playwright.sync_api import Locator, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20
#: What a page shows may take a while on a busy machine; no test measures time by it.
expect.set_options(timeout=20_000)
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


def start_command(*options):
    if os.environ.get("PETREL_MOCK") == "1":
        return [sys.executable, str(ROOT / "tools/ui/mock_server.py"), "--port", "0"]
    binary = os.environ.get("PETREL_BIN", str(ROOT / ".build/release/petrel"))
    if not Path(binary).is_file():
        pytest.fail(f"no petrel binary at {binary}: build it, or set PETREL_BIN", pytrace=False)
    assets = os.environ.get("PETREL_ASSETS", str(ROOT / ".assets"))
    return [binary, "serve", *options, "--port", "0", "--assets", assets]


class Server:
    """A running server and the requests that tests make of it outside a browser."""

    def __init__(self, address):
        self.address = address

    def ingest(self, records, form="suricata"):
        """Posts records as NDJSON and fails unless they are accepted."""
        body = "".join(json.dumps(record) + "\n" for record in records).encode()
        request = urllib.request.Request(f"{self.address}api/v1/ingest/{form}", body, {"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status in (200, 201, 202)

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return json.load(answer)


@contextlib.contextmanager
def serving(command):
    """A server that a command starts, from when it has told its address until the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            line = lines.get(timeout=START_SECONDS)
            assert line is not None, f"the server ended with {process.wait()} before it told its address"
            if found := ADDRESS.search(line):
                break
        yield Server(found.group())
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(start_command("--data", str(tmp_path_factory.mktemp("data")))) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ.get("PETREL_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Watch:
    """Everything that a page must not do, noted while it runs."""

    def __init__(self, origin):
        self.origin = origin
        self.faults = []

    def attach(self, page):
        page.on("request", self.request)
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", self.dialog)
        # Violations of the content security policy reach the page as events too, also where the console is silent.
        page.add_init_script("addEventListener('securitypolicyviolation', (e) => console.error('policy violation', e.violatedDirective, e.blockedURI))")

    def request(self, request):
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.faults.append(f"request to another origin: {request.url}")

    def console(self, message):
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def dialog(self, dialog):
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture
def watch(server):
    """Fails the test at its end if any watched page misbehaved."""
    watch = Watch(server.address)
    yield watch
    assert watch.faults == []


def pytest_generate_tests(metafunc):
    """Walks through a test marked as a flow once in each of its looks."""
    if metafunc.definition.get_closest_marker("flow"):
        metafunc.parametrize("look", looks_of(metafunc.definition.name), ids=str, indirect=True)


@pytest.fixture
def look(request):
    """The window and theme that the test's viewers have: those of the flow, or a desktop's."""
    return getattr(request, "param", DESK)


@pytest.fixture
def touched(look, monkeypatch):
    """On a phone whatever the test presses is touched, as with a finger: no mouse, and nothing hovers."""
    if look.phone:
        monkeypatch.setattr(Locator, "click", Locator.tap)


@pytest.fixture
def new_context(browser, look):
    """Makes browser contexts (separate storage, as of separate viewers) and closes them."""
    contexts = []

    def make(**options):
        contexts.append(browser.new_context(**{**look.options(), **options}))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_map(server, watch, new_context):
    """Opens the map in a context (a new one by default) and waits until it is live."""

    def open_page(context=None, path=""):
        page = (context or new_context()).new_page()
        watch.attach(page)
        page.goto(server.address + path)
        page.wait_for_selector('[data-testid="connection"][data-phase="live"]', state="attached")
        page.wait_for_selector('[data-testid="total-attacks"][data-count]', state="attached")
        return page

    return open_page


@pytest.fixture
def open_screen(server, watch, new_context):
    """Opens a screen of the workbench, by its path, in a context (a new one by default)."""

    def open_page(path, context=None, **options):
        page = (context or new_context(**options)).new_page()
        watch.attach(page)
        page.goto(server.address + path)
        return page

    return open_page


@pytest.fixture
def own_screen(new_context):
    """Starts a server of the test's own with options of petrel serve, and opens a screen of it."""
    with contextlib.ExitStack() as servers:
        watches = []

        def start(path, *options):
            running = servers.enter_context(serving(start_command(*options)))
            watches.append(Watch(running.address))
            page = new_context().new_page()
            watches[-1].attach(page)
            page.goto(running.address + path)
            return page

        yield start
        assert [watch.faults for watch in watches if watch.faults] == []

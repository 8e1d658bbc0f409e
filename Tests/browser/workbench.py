"""What the tests of the workbench's screens share: invented events and ways to open a screen."""

import itertools
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

SIZES = {"wide": {"width": 1920, "height": 1080}, "phone": {"width": 390, "height": 844}}
SCHEMES = ["dark", "light"]
PAYLOAD = "<img src=x onerror=alert(1)><script>alert(2)</script>"
serial = itertools.count(1)


def alert(sensor, ago=0.0, source="203.0.113.9", signature="ET SCAN invented", port=445, severity=1, **more):
    """One EVE alert, so many seconds ago, different from every other."""
    at = datetime.now(timezone.utc) - timedelta(seconds=ago)
    number = next(serial)
    return {
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"), "flow_id": 7_000_000 + number, "event_type": "alert", "host": sensor,
        "src_ip": source, "src_port": 30000 + number % 20000, "dest_ip": "192.0.2.5", "dest_port": port, "proto": "TCP",
        "alert": {"action": "allowed", "gid": 1, "signature_id": 2000002, "rev": 1, "signature": signature,
                  "category": "Detection of a Network Scan", "severity": severity},
        **more,
    }


def address(path, **values):
    return f"{path}?{urlencode(values)}" if values else path


def counted(page, number):
    """Waits until the summary of the workbench says so many events, and all of them."""
    page.wait_for_function(
        "n => { const e = document.querySelector('[data-testid=count]'); return e && e.dataset.count === String(n) && e.dataset.complete === 'true'; }",
        arg=number)


def is_settled(page):
    page.wait_for_function("() => document.querySelector('petrel-explore')?.classList.contains('asking') === false && document.querySelector('[data-testid=count]')?.dataset.count")

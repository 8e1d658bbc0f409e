"""What the tests of the workbench's screens share: invented events and ways to open a screen."""

import itertools
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from playwright.sync_api import expect

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


def fresh(name):
    """A name of this run only: a flow runs once in each of its looks against one server."""
    return f"{name}-{next(serial)}"


def show_values(page, look):
    """Brings the most frequent values into sight, which a phone shows in place of the events."""
    if look.phone:
        page.get_by_test_id("filters").click()
        expect(page.get_by_test_id("filters")).to_have_attribute("aria-expanded", "true")


def show_events(page, look):
    """Goes back from the values to the events."""
    if look.phone:
        page.get_by_test_id("filters").click()
        expect(page.get_by_test_id("table")).to_be_visible()


def step_range(page, look, which):
    """Goes to the `earlier`, `later` or `wider` stretch of time: by the buttons beside the range, on a phone in its menu."""
    if not look.phone:
        page.get_by_test_id(f"range-{which}").click()
        return
    page.get_by_test_id("range").click()
    page.get_by_test_id(f"menu-{which}").click()
    page.get_by_test_id("range").click()
    page.locator(":popover-open").wait_for(state="detached")


def next_event(page, look):
    """Opens the event below the open one: by the keyboard, on a phone by a button."""
    first = page.url
    if look.phone:
        page.get_by_test_id("event-below").click()
    else:
        page.locator(".table-scroll").focus()
        page.keyboard.press("ArrowDown")
    page.wait_for_function("url => location.href !== url", arg=first)


def counted(page, number):
    """Waits until the summary of the workbench says so many events, and all of them."""
    page.wait_for_function(
        "n => { const e = document.querySelector('[data-testid=count]'); return e && e.dataset.count === String(n) && e.dataset.complete === 'true'; }",
        arg=number)


def is_settled(page):
    page.wait_for_function("() => document.querySelector('petrel-explore')?.classList.contains('asking') === false && document.querySelector('[data-testid=count]')?.dataset.count")


def explore_state(page):
    """Everything of the workbench that a link has to restore."""
    is_settled(page)
    page.wait_for_function("() => document.querySelector('[data-testid=row]') && !document.querySelector('[data-testid=row].pending')")
    return page.evaluate("""() => ({
      query: document.querySelector('[data-testid=query]').value,
      count: document.querySelector('[data-testid=count]').dataset.count,
      compare: document.querySelector('[data-testid=compare]').getAttribute('aria-pressed'),
      change: document.querySelector('[data-testid=change]').dataset.previous ?? null,
      previous: [...document.querySelectorAll('petrel-facets [data-previous]')].map((e) => e.dataset.previous),
      chart: document.querySelector('[data-testid=histogram]').dataset.total,
      legend: [...document.querySelectorAll('[data-testid=legend-series]')].map((e) => e.textContent),
      columns: [...document.querySelectorAll('[role=columnheader]')].map((e) => e.textContent),
      rows: [...document.querySelectorAll('[data-testid=row]')].map((e) => e.dataset.id + e.textContent).sort(),
      facets: [...document.querySelectorAll('petrel-facets [data-testid=bar]')].map((e) => [e.dataset.field, e.dataset.value, e.dataset.count]),
      event: document.querySelector('petrel-event').hidden ? null : document.querySelector('petrel-event h2').textContent,
    })""")


def entity_state(page):
    """Everything of a thing's page that a link has to restore."""
    page.wait_for_function("""() => document.querySelector('petrel-entity h1') && !document.querySelector('petrel-entity .skeleton, petrel-entity [data-testid=row].pending')
      && document.querySelector('petrel-entity [data-testid=row], petrel-entity [data-testid=empty]')""")
    return page.evaluate("""() => ({
      title: document.title,
      name: document.querySelector('h1').textContent,
      seen: [...document.querySelectorAll('.page-totals time')].map((e) => e.textContent),
      facts: [...document.querySelectorAll('.entity-facts')].map((e) => e.textContent),
      range: document.querySelector('.range-label').textContent,
      previous: [...document.querySelectorAll('petrel-entity [data-previous]')].map((e) => e.dataset.previous),
      chart: document.querySelector('[data-testid=histogram]')?.dataset.total ?? null,
      count: document.querySelector('[data-testid=entity-count]')?.dataset.count ?? null,
      bars: [...document.querySelectorAll('petrel-entity [data-testid=bar]')].map((e) => [e.dataset.field, e.dataset.value, e.dataset.count]),
      rows: [...document.querySelectorAll('[data-testid=row]')].map((e) => e.dataset.id + e.textContent).sort(),
      event: document.querySelector('petrel-event').hidden ? null : document.querySelector('petrel-event h2').textContent,
    })""")


def source_state(page):
    """The books of every source and what is said of dead letters; rates and lags are of the moment."""
    page.wait_for_selector('[data-testid="source"]')
    page.wait_for_selector('[data-testid="dead-letter"], [data-testid="no-dead-letters"]')
    return page.evaluate("""() => ({
      books: [...document.querySelectorAll('[data-testid=source]')].map((e) => [e.dataset.name, e.dataset.balances, [...e.querySelectorAll('[data-fate]')].map((f) => f.textContent)]),
      letters: [...document.querySelectorAll('[data-testid=dead-letter]')].map((e) => [e.dataset.reason, e.querySelector('pre')?.textContent]),
    })""")


def map_state(page):
    """The numbers of the map and what is chosen on it, read at one moment."""
    return page.evaluate("""() => ({
      upTo: document.querySelector('petrel-totals').dataset.upto,
      numbers: [...document.querySelectorAll('petrel-totals [data-count], petrel-legend [data-count], petrel-severity [data-count]')].map((e) => e.dataset.count),
      tops: [...document.querySelectorAll('[data-testid=top-row]')].map((e) => [e.dataset.list, e.dataset.key, e.dataset.count]),
      shown: [...document.querySelectorAll('[data-testid=legend-type]')].map((e) => e.getAttribute('aria-pressed')),
      listed: [...document.querySelectorAll('[data-testid=ticker-row]')].map((e) => e.dataset.id),
    })""")

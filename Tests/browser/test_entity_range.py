"""Range and comparison on the pages of single things: in the link, in every number, and without the viewer losing the way back."""

import itertools
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from touch import drag
from workbench import alert, entity_state

pytestmark = pytest.mark.flow

HOUR = 3600
run = itertools.count(1)


@pytest.fixture
def thing(server):
    """A sensor with three events within the last six hours, five in the six before, and one of last week."""
    name = f"range-sensor-{next(run)}"
    source = f"198.51.100.{10 + next(run)}"
    events = [alert(name, ago=600 * i, source=source, port=5901) for i in range(1, 4)]
    events += [alert(name, ago=7 * HOUR + 600 * i, source=source, port=5902) for i in range(1, 6)]
    server.ingest([*events, alert(name, ago=7 * 24 * HOUR, source=source, port=5903)])
    return name


def counted(page, number, previous=None):
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", str(number))
    if previous is not None:
        expect(page.get_by_test_id("change")).to_have_attribute("data-previous", str(previous))


def choose(page, preset):
    page.get_by_test_id("range").click()
    page.get_by_test_id(f"preset-{preset}").click()


def bar(page, field, value):
    return page.locator(f'[data-testid="top"] [data-testid="bar"][data-field="{field}"][data-value="{value}"]')


def held(page):
    """What the fragment of the page's link says."""
    return {key: value for key, [value] in parse_qs(urlsplit(page.url).fragment).items()}


def test_a_range_bounds_every_number_and_the_way_back_leads_out_of_it(open_screen, thing):
    page = open_screen(f"entity/sensor/{thing}")
    counted(page, 9)
    expect(page.get_by_test_id("change")).to_be_hidden()
    expect(page.get_by_test_id("compare")).to_be_disabled()
    choose(page, "6h")
    counted(page, 3, previous=5)
    assert held(page) == {"range": "6h"}
    expect(page.get_by_test_id("histogram")).to_have_attribute("data-total", "3")
    expect(bar(page, "destination.port", "5901")).to_have_attribute("data-count", "3")
    expect(bar(page, "destination.port", "5902")).to_have_count(0)
    expect(page.get_by_test_id("row")).to_have_count(3)
    # First and last seen are the thing's, whatever the range.
    expect(page.locator(".page-totals time")).to_have_count(2)
    first = page.locator(".page-totals time").first.get_attribute("title")
    page.go_back()
    counted(page, 9)
    assert held(page) == {}
    expect(page.locator(".page-totals time").first).to_have_attribute("title", first)


def test_the_period_before_stands_beside_every_number(open_screen, thing):
    page = open_screen(f"entity/sensor/{thing}#range=6h")
    counted(page, 3, previous=5)
    expect(page.locator(".chart-previous")).to_have_count(0)
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("compare")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".chart-previous")).to_have_count(1)
    expect(bar(page, "destination.port", "5901").locator("[data-previous]")).to_have_attribute("data-previous", "0")
    expect(bar(page, "destination.port", "5902")).to_have_attribute("data-count", "0")
    expect(bar(page, "destination.port", "5902").locator("[data-previous]")).to_have_attribute("data-previous", "5")
    assert held(page) == {"range": "6h", "compare": "previous"}
    choose(page, "all")
    counted(page, 9)
    expect(page.locator("[data-previous]")).to_have_count(0)


def test_a_link_restores_range_and_comparison(open_screen, thing):
    now = datetime.now(timezone.utc).timestamp()
    start, end = (datetime.fromtimestamp(now - hours * HOUR, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z") for hours in (9, 5))
    page = open_screen(f"entity/sensor/{thing}#from={start}&to={end}&compare=previous")
    counted(page, 5, previous=0)
    expect(page.locator(".chart-previous")).to_have_count(1)
    state = entity_state(page)
    other = open_screen(urlsplit(page.url).path.lstrip("/") + "#" + urlsplit(page.url).fragment)
    counted(other, 5, previous=0)
    assert entity_state(other) == state


def test_explore_is_opened_in_the_same_range(open_screen, thing):
    page = open_screen(f"entity/sensor/{thing}#range=6h")
    counted(page, 3)
    page.get_by_test_id("to-explore").click()
    expect(page.get_by_test_id("count")).to_have_attribute("data-count", "3")
    assert parse_qs(urlsplit(page.url).query)["range"] == ["6h"]


def test_an_empty_range_says_where_the_events_are(server, open_screen):
    name = f"range-old-{next(run)}"
    server.ingest([alert(name, ago=50 * HOUR, source="198.51.100.9")])
    page = open_screen(f"entity/sensor/{name}#range=1h")
    expect(page.get_by_test_id("empty")).to_contain_text("The newest one is of")
    counted(page, 0)
    page.get_by_test_id("jump-newest").click()
    counted(page, 1)
    page.go_back()
    page.get_by_test_id("jump-all").click()
    counted(page, 1)
    assert held(page) == {}


def test_keys_open_the_ranges_and_compare(open_screen, thing):
    page = open_screen(f"entity/sensor/{thing}#range=6h")
    counted(page, 3)
    page.keyboard.press("c")
    expect(page.locator(".chart-previous")).to_have_count(1)
    page.keyboard.press("c")
    expect(page.locator(".chart-previous")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_test_id("preset-24h")).to_be_visible()
    page.get_by_test_id("preset-24h").click()
    counted(page, 8)


def test_what_is_chosen_on_the_chart_becomes_the_range(open_screen, thing):
    page = open_screen(f"entity/sensor/{thing}")
    counted(page, 9)
    page.get_by_test_id("histogram").scroll_into_view_if_needed()
    chart = page.get_by_test_id("histogram").bounding_box()
    # The week-old event stands at the left end; the rest within the last half day at the right one.
    y = chart["y"] + chart["height"] / 2
    start, end = (chart["x"] + chart["width"] * 0.6, y), (chart["x"] + chart["width"] - 1, y)
    drag(page, start, end)
    counted(page, 8)
    assert set(held(page)) == {"from", "to"}


def test_live_follows_the_range(server, open_screen, thing):
    page = open_screen(f"entity/sensor/{thing}#range=1h")
    counted(page, 3)
    page.keyboard.press("l")
    expect(page.get_by_test_id("follow")).to_have_attribute("aria-pressed", "true")
    server.ingest([alert(thing, source="198.51.100.8")])
    counted(page, 4)

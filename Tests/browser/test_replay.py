"""Replay of stored windows on the map, its filter, and its link, in a real browser."""

import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from test_map import alerts, number, wait_for_attacks
from touch import act, drag, press, press_at, show_panel
from workbench import SCHEMES, SIZES, alert

# Hours of a day that other tests of this session have nothing in.
BEGIN = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
HOURS = 6
EACH = 50
SOURCES = ["8.8.8.8", "1.1.1.1", "9.9.9.9", "185.220.101.4"]


def at(hours):
    return BEGIN + timedelta(hours=hours)


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def ms(time):
    return int(time.timestamp() * 1000)


@pytest.fixture(scope="module")
def stored(server):
    """Some hours of attacks, evenly spread, in no order."""
    records = []
    for index in range(HOURS * EACH):
        place = index * 7 % (HOURS * EACH)
        time = BEGIN + timedelta(seconds=place * 3600 / EACH + 1)
        records.append({**alert("replayed", source=SOURCES[place % len(SOURCES)], port=[22, 445][place % 2]),
                        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")})
    server.ingest(records)
    return len(records)


def link(**values):
    return "#" + urlencode(values)


def bar_link(**more):
    return link(bar=f"{stamp(at(0))}/{stamp(at(HOURS))}", **more)


def window_link(first=0, last=HOURS, **more):
    return bar_link(play=f"{stamp(at(first))}/{stamp(at(last))}", **more)


def phase(page, name):
    expect(page.get_by_test_id("replay-phase")).to_have_attribute("data-phase", name, timeout=60_000)


def clock(page):
    return int(page.get_by_test_id("replay-clock").get_attribute("data-clock"))


def shows(page, attacks):
    expect(page.get_by_test_id("total-attacks")).to_have_attribute("data-count", str(attacks), timeout=60_000)


def chart(page, total):
    expect(page.locator("petrel-replay").get_by_test_id("histogram")).to_have_attribute("data-total", str(total), timeout=30_000)


def query_count(server, first, last, q=""):
    return server.get("api/v1/count?" + urlencode({"from": ms(at(first)), "to": ms(at(last)), "q": q or "*"}))["count"]


@pytest.mark.flow
def test_a_dragged_window_is_played_to_its_end(server, open_map, stored, look):
    page = open_map(path=bar_link(speed="whole"))
    chart(page, stored)
    box = page.locator("petrel-replay .chart-frame").bounding_box()
    plot = box["width"] - 46
    # Windows begin and end with a bar of the histogram.
    near = max(0.1, HOURS / int(page.locator("petrel-replay").get_by_test_id("histogram").get_attribute("data-spans")))
    drag(page, (box["x"] + 46 + plot / 3, box["y"] + 20), (box["x"] + 46 + plot * 2 / 3 - 3, box["y"] + 20))
    expect(page.get_by_test_id("mode")).to_have_text("REPLAY")
    phase(page, "playing")
    window = re.search(r"play=([^&]+)", page.url).group(1).split("/")
    first, last = [(datetime.fromisoformat(text.replace("Z", "+00:00")) - BEGIN) / timedelta(hours=1) for text in window]
    assert first == pytest.approx(2, abs=near) and last == pytest.approx(4, abs=near)
    # Near the end, so that the rest is soon played: the slider is where the keyboard seeks, and a finger that drags it.
    if look.phone:
        slider = page.get_by_test_id("replay-slider").bounding_box()
        middle = slider["y"] + slider["height"] / 2
        drag(page, (slider["x"] + 8, middle), (slider["x"] + slider["width"] - 2, middle))
    else:
        page.get_by_test_id("replay-slider").press("End")
    phase(page, "finished")
    shows(page, query_count(server, first, last))
    expect(page.locator('[data-testid="top-row"][data-list="sensors"]').first).to_have_attribute("data-key", "replayed")


@pytest.mark.flow
def test_pause_step_seek_and_speed(server, open_map, stored, look):
    page = open_map(path=window_link(speed="600"))
    phase(page, "playing")
    page.wait_for_function("from => Number(document.querySelector('[data-testid=replay-clock]').dataset.clock) > from", arg=ms(at(0)))
    press(page.get_by_test_id("replay-play"))
    phase(page, "paused")
    stood = clock(page)
    expect(page).to_have_url(re.compile(r"[#&]at="))
    assert number(page, "total-attacks") == query_count(server, 0, (stood - ms(at(0))) / 3_600_000)
    press(page.get_by_test_id("replay-step"))
    page.wait_for_function("before => Number(document.querySelector('[data-testid=replay-clock]').dataset.clock) === before + 600000", arg=stood)
    phase(page, "paused")
    shows(page, query_count(server, 0, (stood + 600_000 - ms(at(0))) / 3_600_000))
    press(page.get_by_test_id("speed-60"))
    page.locator("petrel-map").focus()
    act(page, ".", "replay-step")
    page.wait_for_function("at => Number(document.querySelector('[data-testid=replay-clock]').dataset.clock) === at", arg=stood + 660_000)
    # A click on the histogram, or a touch, seeks; it stays paused.
    box = page.locator("petrel-replay .chart-frame").bounding_box()
    press_at(page, box["x"] + 46 + (box["width"] - 46) / 2, box["y"] + 30)
    page.wait_for_function("at => Math.abs(Number(document.querySelector('[data-testid=replay-clock]').dataset.clock) - at) < 120000", arg=ms(at(3)))
    phase(page, "paused")
    expect(page.get_by_test_id("total-attacks")).to_have_attribute("data-count", str(query_count(server, 0, (clock(page) - ms(at(0))) / 3_600_000)))
    page.locator("petrel-map").focus()
    act(page, "Space", "action-pause")
    phase(page, "playing")


@pytest.mark.flow
def test_loop_begins_again_at_the_end(open_map, stored):
    page = open_map(path=window_link(0, 0.1, speed="600", loop="on"))
    expect(page.get_by_test_id("replay-loop")).to_have_attribute("aria-pressed", "true")
    phase(page, "playing")
    # The clock goes back without anybody's doing.
    page.wait_for_function("""() => {
      const now = Number(document.querySelector('[data-testid=replay-clock]').dataset.clock);
      const before = window.seenClock ?? 0;
      window.seenClock = now;
      return now < before;
    }""", polling=50)
    press(page.get_by_test_id("replay-loop"))
    phase(page, "finished")
    expect(page).not_to_have_url(re.compile("loop"))


@pytest.mark.flow
def test_a_link_restores_everything_in_another_browser(open_map, new_context, stored, look):
    page = open_map(path=window_link(1, 5, speed="600", types="scan,exploit"))
    phase(page, "playing")
    press(page.get_by_test_id("replay-play"))
    phase(page, "paused")
    if look.phone:
        page.get_by_test_id("map-nearer").tap()
        page.get_by_test_id("map-nearer").tap()
        drag(page, (100, 150), (150, 190))
    else:
        page.locator("petrel-map").focus()
        for key in ["+", "+", "ArrowLeft", "ArrowUp"]:
            page.keyboard.press(key)
    press(page.get_by_test_id("map-filter"))
    page.get_by_test_id("query").fill("destination.port: 22 and source.ip: *")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("map-chip")).to_have_count(2)
    phase(page, "paused")
    press(page.get_by_test_id("replay-loop"))
    expect(page).to_have_url(re.compile(r"map=.*"))
    expect(page).to_have_url(re.compile(r"loop=on"))
    camera = "() => document.querySelector('petrel-map').camera.state()"
    page.wait_for_function("() => { const at = document.querySelector('petrel-map').camera.state(); return location.hash.includes(`map=${at.lon},${at.lat}`); }")

    def view(other):
        phase(other, "paused")
        expect(other.get_by_test_id("map-chip")).to_have_count(2)
        other.wait_for_selector('[data-testid="top-row"][data-list="sensors"]')
        return {
            "clock": clock(other), "window": other.get_by_test_id("replay-window").text_content(), "camera": other.evaluate(camera),
            "speed": other.locator(".segments [aria-pressed=true][data-speed]").get_attribute("data-speed"),
            "loop": other.get_by_test_id("replay-loop").get_attribute("aria-pressed"),
            "chips": other.get_by_test_id("map-chip").all_text_contents(),
            "types": other.locator('[data-testid="legend-type"][aria-pressed="true"]').all_text_contents(),
            "numbers": [element.get_attribute("data-count") for element in other.locator("petrel-totals [data-count]").all()],
            "tops": [element.get_attribute("data-count") for element in other.get_by_test_id("top-row").all()],
        }

    chart(page, HOURS * EACH // 2)
    other = open_map(new_context(), path=page.url[page.url.index("#"):])
    chart(other, HOURS * EACH // 2)
    first, second = view(page), view(other)
    assert abs(first["camera"].pop("zoom") - second["camera"].pop("zoom")) < 0.01
    for name in ["lon", "lat"]:
        assert first["camera"].pop(name) == pytest.approx(second["camera"].pop(name), abs=0.2)
    assert first == second
    assert other.url == page.url


@pytest.mark.flow
def test_back_to_live_tells_what_was_missed(server, open_map, stored, look):
    page = open_map(path=window_link(speed="60"))
    phase(page, "playing")
    # What came before the screen was live for the first time was not missed.
    page.wait_for_function("() => document.querySelector('[data-testid=ticker-row]') !== null")
    before = server.get("api/v1/live/snapshot")["totals"]["stored"]
    sensor = f"missed-{look}"
    server.ingest(alerts(37, sensor=sensor))
    assert server.get("api/v1/live/snapshot")["totals"]["stored"] == before + 37
    expect(page.get_by_test_id("ticker-row").filter(has_text=sensor)).to_have_count(0)
    press(page.get_by_test_id("replay-live"))
    expect(page.get_by_test_id("mode")).to_have_text("LIVE")
    missed = page.get_by_test_id("missed")
    expect(missed).to_be_visible()
    expect(missed).to_have_attribute("data-count", "37")
    expect(missed).to_contain_text("37 events stored during the replay")
    expect(page.get_by_test_id("missed-link")).to_have_text(re.compile(r"^Open .+ – .+ in Explore$"))
    expect(page.get_by_test_id("missed-link")).to_have_attribute("href", re.compile(r"/explore\?from=.*&to="))
    expect(page.get_by_test_id("total-stored")).to_have_attribute("data-count", str(before + 37))
    assert "play=" not in page.url
    expect(page.get_by_test_id("ticker-row").filter(has_text=sensor).first).to_be_visible()
    press(missed.get_by_role("button", name="Close"))
    expect(missed).to_be_hidden()


@pytest.mark.flow
def test_the_way_back_leads_to_the_view_before(open_map, stored):
    page = open_map(path=bar_link())
    chart(page, stored)
    press(page.get_by_test_id("replay-play"))
    phase(page, "playing")
    press(page.get_by_test_id("map-filter"))
    page.get_by_test_id("query").fill("destination.port: 22")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("map-chip")).to_have_count(1)
    page.go_back()
    expect(page.get_by_test_id("map-chip")).to_have_count(0)
    assert "play=" in page.url
    page.go_back()
    expect(page.get_by_test_id("mode")).to_have_text("LIVE")
    assert "play=" not in page.url
    page.go_forward()
    expect(page.get_by_test_id("mode")).to_have_text("REPLAY")


@pytest.mark.flow
def test_a_country_of_the_top_list_filters_what_comes(server, open_map, look):
    page = open_map()
    before = number(page, "total-attacks")
    server.ingest([*alerts(5, source="8.8.8.8", sensor="filtered"), *alerts(4, source="1.1.1.1", sensor="filtered")])
    wait_for_attacks(page, before + 9)
    show_panel(page, "tops")
    press(page.locator('[data-testid="top-row"][data-list="countries"][data-key="US"]'))
    press(page.get_by_test_id("narrow"))
    expect(page.get_by_test_id("map-chip")).to_have_text(re.compile("source.geo.country_iso_code: US"))
    # On a phone the drawer lies over the whole map: it goes by itself.
    if not look.phone:
        page.get_by_test_id("drawer-close").click()
    expect(page.get_by_test_id("drawer")).to_be_hidden()
    show_panel(page, "events")
    expect(page.get_by_test_id("ticker-row").filter(has_text="1.1.1.1")).to_have_count(0)
    before = number(page, "total-attacks")
    after = f"after-{look}"
    server.ingest([*alerts(3, source="8.8.8.8", sensor=after), *alerts(6, source="1.1.1.1", sensor=after)])
    wait_for_attacks(page, before + 9)
    expect(page.get_by_test_id("ticker-row").filter(has_text=after)).to_have_count(3)
    press(page.get_by_role("button", name=re.compile("Take out")))
    expect(page.get_by_test_id("ticker-row").filter(has_text=after)).to_have_count(9)


@pytest.mark.flow
def test_a_fault_in_the_query_is_shown_and_changes_nothing(server, new_context):
    page = new_context().new_page()
    page.goto(server.address)
    page.wait_for_selector('[data-testid="connection"][data-phase="live"]', state="attached")
    press(page.get_by_test_id("map-filter"))
    page.get_by_test_id("query").fill("source.port: (22")
    page.keyboard.press("Enter")
    fault = page.get_by_test_id("query-fault")
    expect(fault).to_be_visible()
    expect(fault).to_have_attribute("data-position", "16")
    expect(page.get_by_test_id("map-chip")).to_have_count(0)
    assert "q=" not in page.url
    # A link that has the fault shows it, and nothing else.
    other = new_context().new_page()
    other.goto(server.address + link(q="source.port: (22"))
    expect(other.get_by_test_id("query-fault")).to_have_attribute("data-position", "16")
    expect(other.get_by_test_id("connection")).to_have_attribute("data-phase", "refused")
    expect(other.get_by_test_id("ticker-row")).to_have_count(0)


@pytest.mark.flow
def test_a_pause_of_live_loses_no_event(server, open_map):
    """What came during a pause is counted by absolute numbers: nothing is added up here that could be missing."""
    page = open_map()
    stored, attacks = number(page, "total-stored"), number(page, "total-attacks")
    act(page, "Space", "action-pause")
    expect(page.get_by_test_id("pause-note")).to_be_visible()
    for _ in range(12):
        server.ingest(alerts(25, sensor="while-paused"))
    expect(page.get_by_test_id("pause-note")).to_have_attribute("data-count", "300")
    assert number(page, "total-attacks") == attacks
    act(page, "Space", "action-pause")
    expect(page.get_by_test_id("total-attacks")).to_have_attribute("data-count", str(attacks + 300))
    expect(page.get_by_test_id("total-stored")).to_have_attribute("data-count", str(stored + 300))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_the_time_bar(open_map, new_context, stored, scheme, size):
    page = open_map(new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True),
                    path=window_link(speed="600", at=stamp(at(3)), q="destination.port: 22 and source.ip: *"))
    phase(page, "paused")
    chart(page, stored // 2)
    page.get_by_test_id("map-filter").click()
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= SIZES[size]["width"]

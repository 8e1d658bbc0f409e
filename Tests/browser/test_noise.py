"""The noise lens on every screen: what it leaves out, how many it says are hidden, and that a link brings it along."""

import re
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import serving, start_command
from playwright.sync_api import expect
from touch import act, close_drawer, press, show_panel
from workbench import SCHEMES, SIZES, address, alert, counted, map_state

SENSOR = "noise-lab"
CENSYS = "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)"
QUERY = f"observer.name: {SENSOR}"
#: Of these own 3, scanner 4, agent 2; five are not noise.
NOISE, REST = 9, 5


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("noise")
    scanners = folder / "scanners.txt"
    scanners.write_text("198.51.100.0/28\n")
    config = folder / "petrel.yaml"
    config.write_text(f"""\
data: {folder / 'data'}
noise:
  own: [{{name: office-scan, addresses: [203.0.113.200]}}]
  lists: [{{name: research, path: {scanners}}}]
  known_agents: true
""")
    with serving(start_command("--config", str(config))) as running:
        web = {"http": {"hostname": "www.example.org", "url": "/", "http_user_agent": CENSYS, "http_method": "GET"}}
        running.ingest(
            [alert(SENSOR, ago=60 + i, source="203.0.113.200") for i in range(3)]
            + [alert(SENSOR, ago=70 + i, source=f"198.51.100.{i}") for i in range(4)]
            + [alert(SENSOR, ago=80 + i, source="203.0.113.201", **web) for i in range(2)]
            + [alert(SENSOR, ago=90 + i, source="203.0.113.202") for i in range(REST)])
        yield running


def hidden(page, number):
    """Waits until a screen says so many events are hidden."""
    page.wait_for_function(
        "n => document.querySelector('[data-testid=hidden]:not([hidden]), [data-testid=board-hidden]:not([hidden])')?.dataset.count === String(n)", arg=number)


def count(server, query):
    return server.get(f"api/v1/count?q={quote(query)}")["count"]


@pytest.mark.flow
def test_explore_hides_and_says_how_many(server, open_screen):
    assert (count(server, f"{QUERY} and noise.kind: *"), count(server, QUERY)) == (NOISE, NOISE + REST)
    page = open_screen(address("explore", q=QUERY, range="1h"))
    counted(page, NOISE + REST)
    expect(page.get_by_test_id("noise-mark")).to_have_count(NOISE)
    expect(page.get_by_test_id("hidden")).to_be_hidden()
    press(page.get_by_test_id("lens"))
    counted(page, REST)
    hidden(page, NOISE)
    expect(page.get_by_test_id("noise-mark")).to_have_count(0)
    assert "noise=hide" in page.url and page.get_by_test_id("query").input_value() == QUERY
    press(page.get_by_test_id("hidden"))
    for value, number in {"own": 3, "scanner": 4, "agent": 2, "office-scan": 3, "research": 4, "Censys": 2}.items():
        expect(page.locator(f'[data-testid="hidden-by"][data-value="{value}"]')).to_have_attribute("data-count", str(number))
    press(page.locator('[data-testid="hidden-by"][data-value="research"]'))
    counted(page, 4)
    page.go_back()
    counted(page, REST)
    press(page.get_by_test_id("hidden"))
    press(page.get_by_test_id("show-noise"))
    counted(page, NOISE + REST)
    assert "noise=" not in page.url
    page.go_back()
    counted(page, REST)


@pytest.mark.flow
def test_a_link_of_explore_brings_the_lens_and_the_key_switches_it(server, open_screen):
    page = open_screen(address("explore", q=QUERY, range="1h", noise="hide"))
    counted(page, REST)
    hidden(page, NOISE)
    expect(page.get_by_test_id("lens")).to_have_attribute("aria-pressed", "true")
    act(page, "h", "lens")
    counted(page, NOISE + REST)
    press(page.get_by_test_id("row").filter(has=page.get_by_test_id("noise-mark")).first)
    expect(page.get_by_test_id("noise-reason")).to_contain_text("office-scan")


@pytest.mark.flow
def test_a_view_of_nothing_but_noise_says_so(open_screen):
    page = open_screen(address("explore", q="source.ip: 203.0.113.200", range="1h", noise="hide"))
    expect(page.get_by_test_id("empty")).to_contain_text("noise is hidden")
    hidden(page, 3)
    press(page.get_by_test_id("empty-show-noise"))
    counted(page, 3)


@pytest.mark.flow
def test_the_page_of_a_thing(open_screen):
    page = open_screen(f"entity/sensor/{SENSOR}#noise=hide")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", str(REST))
    hidden(page, NOISE)
    act(page, "h", "lens")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", str(NOISE + REST))
    assert "noise" not in page.url.split("#")[-1].replace(SENSOR, "")
    press(page.get_by_test_id("lens"))
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", str(REST))
    alone = open_screen("entity/ip/203.0.113.200#noise=hide")
    expect(alone.get_by_test_id("empty")).to_contain_text("Nothing but noise")
    press(alone.get_by_test_id("empty-show-noise"))
    expect(alone.get_by_test_id("entity-count")).to_have_attribute("data-count", "3")


def rows(page, number):
    page.wait_for_function("n => document.querySelectorAll('[data-testid=ticker-row]').length === n", arg=number)


@pytest.mark.flow
def test_the_map_live(server, open_map):
    page = open_map()
    rows(page, NOISE + REST)
    expect(page.get_by_test_id("ticker-row").get_by_test_id("noise-mark")).to_have_count(NOISE)
    press(page.get_by_test_id("lens"))
    rows(page, REST)
    hidden(page, NOISE)
    assert "noise=hide" in page.url
    page.go_back()
    rows(page, NOISE + REST)
    page.go_forward()
    rows(page, REST)
    other = open_map(path=page.url.removeprefix(server.address))
    rows(other, REST)
    hidden(other, NOISE)
    expect(other.get_by_test_id("lens")).to_have_attribute("aria-pressed", "true")
    act(other, "h", "lens")
    rows(other, NOISE + REST)


def total(page, number):
    page.wait_for_function("n => document.querySelector('[data-testid=total-attacks]')?.dataset.count === String(n)", arg=number)


@pytest.mark.flow
def test_the_numbers_of_the_map_are_without_noise(server, open_map):
    page = open_map()
    total(page, NOISE + REST)
    every = map_state(page)
    act(page, "h", "lens")
    total(page, REST)
    hidden(page, NOISE)
    page.wait_for_function("() => document.querySelectorAll('[data-testid=top-row][data-list=addresses]').length === 1")
    quiet = map_state(page)
    assert {(entry, key): number for entry, key, number in quiet["tops"]}["addresses", "203.0.113.202"] == str(REST)
    expect(page.locator('[data-testid="legend-type"][data-key="scan"] [data-count]')).to_have_attribute("data-count", str(REST))
    assert sum(int(e.get_attribute("data-count")) for e in page.locator("petrel-severity [data-count]").all()) == REST
    expect(page.locator(".filter-note")).to_be_hidden()
    # Whoever comes later, and whoever has the link, is told the same.
    for other in (open_map(path="#noise=hide"), open_map(path=page.url.removeprefix(server.address))):
        total(other, REST)
        rows(other, REST)
        other.wait_for_function("() => document.querySelectorAll('[data-testid=top-row][data-list=addresses]').length === 1")
        shown = map_state(other)
        assert {key: shown[key] for key in ("upTo", "numbers", "tops")} == {key: quiet[key] for key in ("upTo", "numbers", "tops")}
    # The events behind a number are as many as it says.
    show_panel(page, "tops")
    press(page.locator('[data-testid="top-row"][data-list="sensors"]').first)
    expect(page.get_by_test_id("evidence-total")).to_have_attribute("data-count", str(REST))
    close_drawer(page)
    act(page, "h", "lens")
    total(page, NOISE + REST)
    page.wait_for_function("() => document.querySelectorAll('[data-testid=top-row][data-list=addresses]').length > 1")
    assert map_state(page)["numbers"] == every["numbers"]


def test_the_books_of_a_screen_with_the_lens_balance(open_map):
    page = open_map(path="#noise=hide")
    rows(page, REST)
    page.wait_for_selector('petrel-screen[data-balances="true"]', state="attached")
    fates = {part: int(page.get_by_test_id(f"screen-{part}").get_attribute("data-count")) for part in ("received", "drawn", "merged", "shed")}
    assert fates["received"] == REST == fates["drawn"] + fates["merged"] + fates["shed"], fates


@pytest.mark.flow
def test_with_a_query_the_totals_stay_those_of_all_that_the_lens_leaves(open_map):
    page = open_map(path="#noise=hide&q=source.ip:%20192.0.2.77")
    total(page, REST)
    expect(page.locator(".filter-note")).to_have_text("Totals are of all events but noise.")
    expect(page.locator(".filter-note")).to_be_visible()
    hidden(page, 0)


@pytest.mark.flow
def test_the_map_in_a_replay_counts_without_noise(server, open_map):
    stored = server.get("api/v1/seen")
    start, end = stored["first"], stored["last"][:11] + "23:59:59Z"
    page = open_map(path=f"#noise=hide&play={start[:11]}00:00:00Z/{end}&at={end}")
    total(page, REST)
    hidden(page, NOISE)


@pytest.mark.flow
def test_the_board(server, new_context, watch, look):
    page = new_context(**({} if look.phone else {"viewport": SIZES["wide"]})).new_page()
    watch.attach(page)
    page.goto(f"{server.address}board?panels=newest&noise=hide")
    page.wait_for_selector('petrel-board[data-phase="live"]')
    hidden(page, NOISE)
    expect(page.get_by_test_id("board-total")).to_have_attribute("data-count", str(REST))
    expect(page.get_by_test_id("board-hidden")).to_have_text(f"{NOISE} more are noise, and hidden")
    expect(page.get_by_test_id("board-event")).to_have_count(REST)
    act(page, "h", "board-control-noise")
    expect(page.get_by_test_id("board-hidden")).to_be_hidden()
    page.wait_for_function("n => document.querySelectorAll('[data-testid=board-event]').length > n", arg=REST)
    expect(page.get_by_test_id("board-total")).to_have_attribute("data-count", str(NOISE + REST))
    assert "noise" not in page.url


def test_the_lists_and_the_hour_of_the_board(server, new_context, watch):
    page = new_context(viewport=SIZES["wide"]).new_page()
    watch.attach(page)
    page.goto(f"{server.address}board?panels=rate,addresses&seconds=3600&noise=hide")
    page.wait_for_selector('petrel-board[data-phase="live"]')
    hour = page.locator(".board-hour svg")
    expect(hour).to_have_attribute("aria-label", re.compile(f"^{REST} attacks in the last hour"))
    page.keyboard.press("h")
    expect(hour).to_have_attribute("aria-label", re.compile(f"^{NOISE + REST} attacks in the last hour"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("board-line")).to_have_count(6)
    page.keyboard.press("h")
    expect(page.get_by_test_id("board-line")).to_have_count(1)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(server, open_screen, open_map, new_context, size, scheme):
    # axe puts itself into the page as an inline script, which the page's policy rightly forbids.
    options = {"viewport": SIZES[size], "color_scheme": scheme, "bypass_csp": True}
    explore = open_screen(address("explore", q=QUERY, range="1h", noise="hide"), **options)
    counted(explore, REST)
    hidden(explore, NOISE)
    page = open_screen(f"entity/sensor/{SENSOR}#noise=hide", **options)
    hidden(page, NOISE)
    live = open_map(new_context(**options), path="#noise=hide")
    hidden(live, NOISE)
    for screen in (explore, page, live):
        screen.get_by_test_id("hidden").click()
        expect(screen.get_by_test_id("show-noise")).to_be_visible()
        found = [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in Axe().run(screen).response["violations"]]
        assert found == []
        assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")

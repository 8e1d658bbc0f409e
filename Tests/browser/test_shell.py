"""What all screens share: navigation, palette, keys, theme, weight, accessibility."""

import gzip
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from looks import in_turn
from playwright.sync_api import expect
from workbench import SCHEMES, SIZES, address, alert, counted, fresh, is_settled

pytestmark = pytest.mark.usefixtures("touched")

ROOT = Path(os.environ.get("PETREL_ROOT", Path(__file__).resolve().parents[2]))
ASSETS = Path(os.environ.get("PETREL_ASSETS", ROOT / ".assets"))
#: JavaScript, styles and the world's outlines, as gzip sends them.
MOST_BYTES = 350 * 1024
SENSOR = "shell-sensor"
SOURCE = "203.0.113.201"


@pytest.fixture(scope="module")
def stored(server):
    server.ingest([alert(SENSOR, ago=30 * i, source=SOURCE) for i in range(1, 20)])


SCREENS = {
    "explore": (address("explore", q=f"observer.name: {SENSOR}", range="1h", split="attack.type"), '[data-testid="row"]:not(.pending)'),
    "empty": (address("explore", q="observer.name: nobody", range="1h"), '[data-testid="empty"]'),
    "sources": ("sources", '[data-testid="source"]'),
    "entity": (f"entity/ip/{SOURCE}", '[data-testid="neighbours"]'),
}


@pytest.mark.parametrize("path", ["", "board", *(path for path, _ in SCREENS.values())])
def test_no_screen_may_run_inline_or_foreign_code(server, new_context, path):
    page = new_context().new_page()
    policy = page.goto(server.address + path).header_value("content-security-policy")
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy
    assert page.locator("script:not([src]), style, [style]:not(canvas):not(body *)").count() == 0


def violations(page):
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(open_screen, stored, screen, size, scheme):
    path, ready = SCREENS[screen]
    # axe puts itself into the page as an inline script, which the page's policy rightly forbids.
    page = open_screen(path, viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page.wait_for_selector(ready)
    assert violations(page) == []
    if screen == "explore":
        page.get_by_test_id("row").first.click()
        expect(page.get_by_test_id("event-panel").locator('[data-field="source.ip"]')).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_palette_and_menus(open_screen, stored, scheme):
    page = open_screen(SCREENS["explore"][0], color_scheme=scheme, bypass_csp=True)
    counted(page, 19)
    for opened in ("range", "columns", "views"):
        page.get_by_test_id(opened).click()
        expect(page.locator(":popover-open")).to_be_visible()
        assert violations(page) == [], opened
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_test_id("palette-field").fill("22")
    assert violations(page) == []


def open_palette(page, look):
    """By the keys, or by the button where there are none."""
    if look.phone:
        page.get_by_test_id("open-palette").click()
    else:
        page.keyboard.press("Control+k")


@pytest.mark.flow
def test_the_palette_goes_and_looks_up(open_screen, stored, look):
    page = open_screen("sources")
    page.wait_for_selector('[data-testid="source"]')
    open_palette(page, look)
    field = page.get_by_test_id("palette-field")
    expect(field).to_be_focused()
    field.fill("expl")
    if look.phone:
        page.get_by_test_id("command").first.click()
    else:
        page.keyboard.press("Enter")
    page.wait_for_url("**/explore")
    page.get_by_test_id("open-palette").click()
    field = page.get_by_test_id("palette-field")
    field.fill(SOURCE)
    expect(page.get_by_test_id("command").first).to_contain_text(f"Address {SOURCE}")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "19")
    open_palette(page, look)
    page.get_by_test_id("palette-field").fill(f"observer.name: {SENSOR}")
    page.keyboard.press("Enter")
    counted(page, 19)


@pytest.mark.parametrize("text,name", [
    ("CVE-2021-44228", "Vulnerability CVE-2021-44228"), ("as64500", "Autonomous system 64500"), ("2001:db8::1", "Address 2001:db8::1"), ("22", "Port 22"),
    ("#infosec", "Hashtag infosec"), ("@somebody.example", "Account somebody.example"), ("example.com", "Domain example.com"), ("DE", "Country DE"),
    ("d41d8cd98f00b204e9800998ecf8427e", "File hash d41d8cd98f00b204e9800998ecf8427e"),
])
@pytest.mark.flow
def test_the_palette_knows_what_a_text_is(open_screen, text, name, look):
    page = open_screen("sources")
    page.wait_for_selector('[data-testid="source"], .state-box', state="attached")
    open_palette(page, look)
    page.get_by_test_id("palette-field").fill(text)
    expect(page.get_by_test_id("command").first).to_contain_text(name)


# Keys are a desktop's; what they do has buttons on a phone, which the other flows touch.
def test_keys_work_and_are_told(open_screen, stored):
    page = open_screen("sources")
    page.keyboard.press("?")
    expect(page.get_by_test_id("keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/explore")
    is_settled(page)
    page.keyboard.press("/")
    expect(page.get_by_test_id("query")).to_be_focused()
    page.keyboard.press("t")
    expect(page.get_by_test_id("query")).to_have_value("t")
    page.get_by_test_id("query").fill(f"observer.name: {SENSOR}")
    page.keyboard.press("Enter")
    counted(page, 19)
    page.get_by_test_id("query").evaluate("(e) => e.blur()")
    page.keyboard.press("e")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("event-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("event-panel")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.locator(":popover-open")).to_be_visible()


@pytest.mark.flow
def test_the_theme_is_kept_from_screen_to_screen(open_screen, stored, look):
    page = open_screen("sources")
    page.wait_for_selector('[data-testid="source"]')
    if look.phone:
        page.get_by_role("button", name="Dark or light").click()
    else:
        page.keyboard.press("t")
    other = "light" if look.scheme == "dark" else "dark"
    assert page.evaluate("document.documentElement.dataset.theme") == other
    page.get_by_test_id("nav-explore").click()
    page.wait_for_url("**/explore")
    assert page.evaluate("document.documentElement.dataset.theme") == other


@pytest.mark.flow
def test_invented_events_are_marked_on_every_screen(own_screen):
    page = own_screen("explore", "--simulate")
    expect(page.get_by_test_id("simulated")).to_have_text("SIMULATED")
    page.get_by_test_id("nav-sources").click()
    page.wait_for_url("**/sources")
    expect(page.get_by_test_id("simulated")).to_have_text("SIMULATED")


@pytest.mark.flow
def test_the_map_leads_to_the_workbench(server, open_map):
    sensor = fresh("shell-map")
    page = open_map()
    server.ingest([alert(sensor, signature="from the map")])
    page.get_by_test_id("ticker-row").filter(has_text=sensor).first.click()
    page.get_by_test_id("pivot").filter(has_text="Same rule").click()
    page.wait_for_url("**/explore?**")
    is_settled(page)
    assert int(page.get_by_test_id("count").get_attribute("data-count")) >= 1
    page.get_by_test_id("nav-map").click()
    page.wait_for_selector("petrel-map")


def test_a_screen_with_a_slash_behind_it_is_found(open_screen):
    page = open_screen("explore/?range=6h")
    is_settled(page)
    assert page.url.endswith("explore?range=6h")


def test_everything_together_is_light():
    files = [path for path in (ROOT / "web").rglob("*") if path.suffix in {".js", ".css", ".html"}] + [ASSETS / "world.json"]
    total = sum(len(gzip.compress(path.read_bytes())) for path in files)
    assert total < MOST_BYTES, f"{total} bytes"

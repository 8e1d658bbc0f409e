"""The wall board against a running server, in a real browser."""

import socket

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import serving, start_command
from playwright.sync_api import expect
from touch import act
from workbench import PAYLOAD, SCHEMES, SIZES, alert

TOKEN = "owner-0123456789abcdef"
VIEWER = "viewer-0123456789abcdef"
#: Letters of this height are read from five metres on a screen of 55 inches (1 : 200, 0.63 mm a pixel at 1080 lines).
LEAST_PIXELS = 24


@pytest.fixture
def wall(look):
    """What a context of a wall's screen is made with; in a flow a phone shows the board, too."""
    return {} if look.phone else {"viewport": SIZES["wide"]}


@pytest.fixture
def open_board(server, watch, new_context, wall):
    def open_page(query="", **options):
        page = new_context(**{**wall, **options}).new_page()
        watch.attach(page)
        page.goto(f"{server.address}board{query}")
        page.wait_for_selector('petrel-board[data-phase="live"]')
        page.wait_for_selector('[data-testid="board-total"][data-count]')
        return page

    return open_page


@pytest.mark.flow
def test_it_shows_the_server_s_numbers_and_no_chrome(server, open_board, look):
    sensor = f"board-{look}"
    server.ingest([alert(sensor, ago=i, source="203.0.113.220", port=5900 + i) for i in range(5)])
    page = open_board("?panels=sensors,newest&seconds=3600")
    stored = server.get("api/v1/live/snapshot")["totals"]["attacks"]
    page.wait_for_function("n => Number(document.querySelector('[data-testid=board-total]').dataset.count) >= n", arg=stored)
    expect(page.locator(f'[data-testid="board-line"][data-key="{sensor}"] .number')).to_have_text("5")
    # In a hand it is no wall: there it has buttons.
    assert (page.locator(".board-control:visible").count() > 0) == look.phone
    assert page.locator("header.bar, petrel-nav, button:visible:not(.board-control), a[href]:visible").count() == page.locator("petrel-map button:visible, petrel-map a:visible, .tray button:visible").count()
    assert page.evaluate("getComputedStyle(document.body).cursor") == "none"
    act(page, "ArrowRight", "board-control-go")
    expect(page.get_by_test_id("board-panel")).to_have_attribute("data-panel", "newest")
    expect(page.get_by_test_id("board-event").first).to_contain_text("ET SCAN invented")
    server.ingest([alert(sensor, source="203.0.113.221", signature=PAYLOAD)])
    expect(page.get_by_test_id("board-event").first).to_contain_text("onerror")
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.flow
def test_panels_turn_and_stand_when_told(open_board, look):
    page = open_board("?panels=severity,types&seconds=3")
    panel = page.get_by_test_id("board-panel")
    expect(panel).to_have_attribute("data-panel", "types", timeout=20_000)
    expect(panel).to_have_attribute("data-panel", "severity", timeout=20_000)
    act(page, "Space", "board-control-hold")
    expect(page.locator(".board-dots")).to_have_class("board-dots held")
    act(page, "ArrowLeft", "board-control-back")
    expect(panel).to_have_attribute("data-panel", "types")
    act(page, "t", "board-control-theme")
    expect(page.locator("html")).to_have_attribute("data-theme", {"dark": "light", "light": "dark"}[look.scheme])


def test_the_mouse_brings_buttons_and_keys_go_on_after_them(open_board):
    page = open_board("?panels=severity,types&seconds=3600")
    panel = page.get_by_test_id("board-panel")
    go = page.get_by_test_id("board-control-go")
    expect(go).to_be_hidden()
    page.mouse.move(300, 300)
    go.click()
    expect(panel).to_have_attribute("data-panel", "types")
    page.keyboard.press("ArrowRight")
    expect(panel).to_have_attribute("data-panel", "severity")
    hold = page.get_by_test_id("board-control-hold")
    page.keyboard.press("Tab")
    page.mouse.move(310, 300)
    hold.focus()
    page.keyboard.press("Space")
    expect(hold).to_have_attribute("aria-pressed", "true")
    expect(go).to_be_hidden()


# A phone is not read from afar.
def test_every_panel_is_read_from_afar(server, open_board):
    server.ingest([alert("board-sensor", ago=i, source=f"203.0.113.{i}", port=5900 + i, severity=1 + i % 3) for i in range(9)])
    page = open_board("?seconds=3600")
    seen = set()
    while (name := page.get_by_test_id("board-panel").get_attribute("data-panel")) not in seen:
        seen.add(name)
        sizes = page.evaluate("""() => [...document.querySelectorAll('petrel-board *')].filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
          .map((e) => [e.textContent, parseFloat(getComputedStyle(e).fontSize)])""")
        assert [entry for entry in sizes if entry[1] < LEAST_PIXELS] == [], name
        # Nothing is cut off at the foot of a panel.
        assert page.evaluate("(() => { const e = document.querySelector('.board-panel'); return e.scrollHeight <= e.clientHeight + 1; })()"), name
        page.keyboard.press("ArrowRight")
    assert seen == {"newest", "countries", "severity", "types", "rate", "ports", "addresses", "sensors"}


@pytest.mark.flow
def test_the_hour_is_that_of_the_api(server, open_board):
    server.ingest([alert("board-hour", ago=120) for _ in range(3)])
    page = open_board("?panels=rate&seconds=3600")
    chart = page.locator(".board-chart")
    expect(chart.locator("rect")).to_have_count(60)
    assert "attacks in the last hour" in chart.get_attribute("aria-label")


@pytest.mark.flow
def test_sound_is_off_until_it_is_wanted(server, open_board):
    page = open_board()
    expect(page.get_by_test_id("board-sound")).to_be_hidden()
    act(page, "s", "board-control-sound")
    expect(page.get_by_test_id("board-sound")).to_have_text("Sound on")
    server.ingest([alert("board-tone", signature="ET MALWARE critical", severity=1)])
    act(page, "s", "board-control-sound")
    expect(page.get_by_test_id("board-sound")).to_be_hidden()
    silent = open_board("?sound=on")
    expect(silent.get_by_test_id("board-sound")).to_be_visible()


@pytest.mark.flow
def test_reduced_motion_is_respected(open_board):
    page = open_board(reduced_motion="reduce")
    assert page.locator(".board-panel > *").first.evaluate("e => getComputedStyle(e).animationName") == "none"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_and_everything_fits(open_board, size, scheme):
    # axe puts itself into the page as an inline script, which the page's policy rightly forbids.
    page = open_board(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]


# The token that may only look


@pytest.fixture
def locked_files(tmp_path):
    """The configuration of a server with both tokens."""
    for name, token in (("token", TOKEN), ("viewer", VIEWER)):
        (tmp_path / name).write_text(token)
    config = tmp_path / "petrel.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\nweb: {{token_file: {tmp_path / 'token'}, viewer_token_file: {tmp_path / 'viewer'}}}\n")
    return config


@pytest.fixture
def locked(locked_files):
    with serving(start_command("--config", str(locked_files))) as running:
        yield running


def status(page, path, method="GET"):
    return page.evaluate("([path, method]) => fetch(path, { method, body: method === 'GET' ? undefined : '{}' }).then((answer) => answer.status)", [path, method])


@pytest.mark.flow
def test_a_link_with_the_token_lets_the_board_in_and_no_further(locked, new_context, wall):
    context = new_context(**wall)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{locked.address}board?panels=rate#token={VIEWER}")
    page.wait_for_selector('petrel-board[data-phase="live"]')
    assert page.url == f"{locked.address}board?panels=rate", "the token is out of the address"
    assert not [url for url in asked if VIEWER in url.split("#")[0]], "no request names it"
    [cookie] = context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and VIEWER not in cookie["value"]
    assert VIEWER not in page.evaluate("document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert status(page, "/api/v1/count") == 200
    for path, method in [("/api/v1/replay", "POST"), ("/api/v1/notes", "POST"), ("/api/v1/notes/1", "DELETE"), ("/api/v1/ingest/suricata", "POST"),
                         ("/api/v1/dead-letters", "GET")]:
        assert status(page, path, method) == 403, path


def test_it_comes_back_after_every_restart(locked_files, new_context):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = start_command("--config", str(locked_files))
    command[command.index("--port") + 1] = str(port)
    page = new_context(viewport=SIZES["wide"]).new_page()
    for run in range(3):
        with serving(command) as server:
            if run == 0:
                page.goto(f"{server.address}board#token={VIEWER}")
            page.wait_for_selector('petrel-board[data-phase="live"]', timeout=60_000)
            expect(page.get_by_test_id("board-trouble")).to_be_hidden()
        expect(page.get_by_test_id("board-trouble")).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("board-trouble")).to_contain_text("trying again")


@pytest.mark.flow
def test_without_a_token_the_board_asks_for_one(locked, new_context, wall):
    page = new_context(**wall).new_page()
    page.goto(f"{locked.address}board")
    field = page.get_by_test_id("token").get_by_label("Token")
    field.fill(VIEWER)
    page.keyboard.press("Enter")
    page.wait_for_selector('petrel-board[data-phase="live"]')
    page.goto(f"{locked.address}sources")
    expect(page.get_by_test_id("letters-closed")).to_be_visible()

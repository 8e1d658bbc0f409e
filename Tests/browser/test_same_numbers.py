"""Two browsers on the same view show the same numbers, and a link copied from any view restores it in a third."""

from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from looks import in_turn
from playwright.sync_api import expect
from touch import act
from workbench import address, alert, counted, entity_state, explore_state, map_state, source_state

pytestmark = pytest.mark.usefixtures("touched")

SENSOR = "links-sensor"
SOURCE = "203.0.113.150"
#: What the events of this module are about, by kind of page.
THINGS = {
    "ip": SOURCE, "asn": "64500", "country": "ZZ", "port": "5985", "rule": "ET EXPLOIT links CVE-2024-99999", "sensor": SENSOR, "cve": "CVE-2024-99999",
    "domain": "links.example.org", "hash": "00112233445566778899aabbccddeeff", "account": "links.example", "hashtag": "petrellinks",
}


def post(number):
    """A Bluesky post of now about everything that posts have pages for."""
    now = datetime.now(timezone.utc)
    text = f"#{THINGS['hashtag']} {THINGS['cve']} from {SOURCE}, drops {THINGS['hash']} at {THINGS['domain']}, says @{THINGS['account']} {number}"
    tag = {"index": {"byteStart": 0, "byteEnd": 1 + len(THINGS["hashtag"])},
           "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": THINGS["hashtag"]}]}
    return {
        "did": f"did:plc:links{number}", "time_us": int(now.timestamp() * 1_000_000) + number, "kind": "commit",
        "commit": {"rev": f"links{number}", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"links{number}", "cid": "c",
                   "record": {"$type": "app.bsky.feed.post", "createdAt": now.isoformat(), "langs": ["en"], "text": text, "facets": [tag]}},
    }


@pytest.fixture(scope="module")
def stored(server):
    """Nine alerts of now, four of the hour before, three posts, one dead letter; and the fixed hour that the nine lie in."""
    end = datetime.now(timezone.utc) + timedelta(minutes=1)
    rule, port = THINGS["rule"], int(THINGS["port"])
    server.ingest([alert(SENSOR, ago=60 * i, source=SOURCE, signature=rule, port=port) for i in range(1, 6)])
    server.ingest([alert(SENSOR, ago=60 * i, source="203.0.113.151", signature="ET SCAN links", port=22) for i in range(1, 5)])
    server.ingest([alert(SENSOR, ago=4500 + 60 * i, source=SOURCE, signature="ET SCAN links", port=22) for i in range(1, 5)])
    server.ingest([post(number) for number in range(3)], "bluesky")
    server.ingest([{"event_type": "alert", "timestamp": "never"}])
    iso = "%Y-%m-%dT%H:%M:%S.000Z"
    return {"from": (end - timedelta(hours=1)).strftime(iso), "to": end.strftime(iso)}


def explore(stored, **more):
    return address("explore", q=f"observer.name: {SENSOR}", **stored, **more)


def open_explore(open_screen, path, context=None):
    page = open_screen(path, context)
    counted(page, 9)
    return page


def opened_event(page):
    """Waits for the event that a view has open."""
    expect(page.get_by_test_id("event-panel").locator('[data-field="observer.name"], [data-field="post.text"]').first).to_be_visible()


def linked(page, server):
    """The path of a page's address, as somebody copies it from the address bar."""
    return page.url.removeprefix(server.address)


# Two browsers


@pytest.mark.flow
def test_two_browsers_show_the_same_of_explore(open_screen, stored):
    path = explore(stored, split="source.ip", compare="previous")
    first, second = (open_explore(open_screen, path) for _ in range(2))
    assert explore_state(first) == explore_state(second)


@in_turn("kind", THINGS)
def test_two_browsers_show_the_same_of_a_thing(open_screen, stored, kind):
    path = f"entity/{kind}/{quote(THINGS[kind], safe='')}"
    first, second = (open_screen(path) for _ in range(2))
    assert entity_state(first) == entity_state(second)


@pytest.mark.flow
def test_two_browsers_show_the_same_books(open_screen, stored):
    first, second = (open_screen("sources") for _ in range(2))
    shown = source_state(first)
    assert shown == source_state(second) and shown["letters"]


# Links


@pytest.mark.flow
def test_a_copied_address_of_explore_restores_everything(server, open_screen, stored):
    page = open_explore(open_screen, explore(stored, split="attack.type", columns="@timestamp,source.ip,rule.name", order="asc"))
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("change")).to_have_attribute("data-previous", "4")
    page.get_by_test_id("row").nth(2).click()
    opened_event(page)
    shown = explore_state(page)
    assert shown["compare"] == "true" and shown["event"] and shown["previous"]
    other = open_explore(open_screen, linked(page, server))
    opened_event(other)
    assert explore_state(other) == shown


@in_turn("kind", ["ip", "port", "rule", "sensor", "cve", "domain", "hash", "hashtag"])
def test_a_copied_address_of_a_thing_restores_everything(server, open_screen, stored, kind, look):
    page = open_screen(f"entity/{kind}/{quote(THINGS[kind], safe='')}")
    entity_state(page)
    page.get_by_test_id("row").first.click()
    opened_event(page)
    shown = entity_state(page)
    assert shown["event"] and int(shown["count"]) >= 3
    other = open_screen(linked(page, server))
    opened_event(other)
    assert entity_state(other) == shown
    if look.phone:
        other.get_by_test_id("event-close").click()
    else:
        other.keyboard.press("Escape")
    expect(other.get_by_test_id("event-panel")).to_be_hidden()
    assert "event=" not in other.url


@pytest.mark.flow
def test_a_copied_address_of_the_map_restores_everything(server, open_map, stored):
    page = open_map()
    page.locator('[data-testid="legend-type"][data-key="scan"]').click()
    page.get_by_test_id("ticker-row").filter(has_text=SENSOR).first.click()
    expect(page.get_by_test_id("drawer")).to_contain_text(SENSOR)
    shown = map_state(page)
    assert "false" in shown["shown"]
    other = open_map(path=linked(page, server))
    expect(other.get_by_test_id("drawer")).to_contain_text(SENSOR)
    other.locator('[data-testid="top-row"]').first.wait_for(state="attached")
    assert map_state(other) == map_state(page) and map_state(other)["shown"] == shown["shown"]


@pytest.mark.flow
def test_a_copied_address_of_the_board_restores_everything(server, open_screen, stored):
    def state(board):
        """What is chosen on a board, and its numbers."""
        board.wait_for_selector('petrel-board[data-phase="live"]')
        board.wait_for_selector('[data-testid="board-total"][data-count]')
        return board.evaluate("""() => ({
          total: document.querySelector('[data-testid=board-total]').dataset.count,
          panel: document.querySelector('[data-testid=board-panel]').dataset.panel,
          panels: document.querySelectorAll('.board-dots i').length,
          lens: document.querySelector('[data-testid=board-control-noise]').getAttribute('aria-pressed'),
        })""")

    page = open_screen(address("board", panels="ports,types", seconds=600))
    before = state(page)
    assert before["panel"] == "ports" and before["panels"] == 2 and before["lens"] == "false"
    act(page, "h", "board-control-noise")
    page.wait_for_selector('[data-testid=board-control-noise][aria-pressed="true"]', state="attached")
    other = open_screen(linked(page, server))
    other.wait_for_selector('[data-testid=board-control-noise][aria-pressed="true"]', state="attached")
    assert state(other) == state(page)


# The back button


@pytest.mark.flow
def test_back_walks_through_screens_and_restores_each(open_map, server, stored):
    page = open_map(path="#types=scan,exploit")
    page.get_by_test_id("nav-explore").click()
    page.wait_for_url("**/explore")
    page.goto(server.address + explore(stored, split="source.ip"))
    counted(page, 9)
    page.get_by_test_id("row").first.click()
    opened_event(page)
    at_explore = explore_state(page)
    page.get_by_test_id("event-panel").locator('[data-field="source.ip"] a').click()
    page.wait_for_url("**/entity/ip/*")
    at_entity = entity_state(page)
    page.locator(f'[data-testid="top"] [data-testid="bar"][data-field="observer.name"][data-value="{SENSOR}"] a').click()
    expect(page.locator("h1")).to_have_text(SENSOR)
    page.go_back()
    expect(page.locator("h1")).to_have_text(at_entity["name"])
    assert entity_state(page) == at_entity
    page.go_back()
    counted(page, 9)
    opened_event(page)
    assert explore_state(page) == at_explore
    page.go_back()
    page.wait_for_url("**/explore")
    page.go_back()
    page.wait_for_selector('[data-testid="connection"][data-phase="live"]', state="attached")
    assert [e.get_attribute("data-key") for e in page.locator('[data-testid="legend-type"][aria-pressed="true"]').all()] == ["scan", "exploit"]
    page.go_forward()
    page.wait_for_url("**/explore")

"""The pages of single things against a running server, in a real browser."""

from datetime import datetime, timezone
from urllib.parse import quote

import pytest
from looks import in_turn
from playwright.sync_api import expect
from workbench import PAYLOAD, SIZES, alert, fresh, is_settled, next_event, serial

pytestmark = pytest.mark.usefixtures("touched")

ADDRESS = "203.0.113.77"
NEIGHBOUR = "203.0.113.78"


@pytest.fixture(scope="module")
def known(server):
    """Seven events of an address and two of one beside it."""
    sensor = "entity-sensor"
    events = [alert(sensor, ago=600 * i, source=ADDRESS, signature="ET SCAN entity", port=5900) for i in range(1, 8)]
    events += [alert(sensor, ago=60 * i, source=NEIGHBOUR, signature="ET SCAN entity", port=5901) for i in range(1, 3)]
    server.ingest(events)
    return sensor


def bar(page, field, value):
    return page.locator(f'[data-testid="top"] [data-testid="bar"][data-field="{field}"][data-value="{value}"]')


@pytest.mark.flow
def test_an_address_has_its_numbers_tops_and_neighbours(open_screen, known, look):
    page = open_screen(f"entity/ip/{ADDRESS}")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "7")
    expect(page.get_by_test_id("histogram")).to_have_attribute("data-total", "7")
    expect(bar(page, "destination.port", "5900")).to_have_attribute("data-count", "7")
    expect(page.locator('[data-testid="neighbours"] [data-value="203.0.113.78"]')).to_have_attribute("data-count", "2")
    expect(page.get_by_test_id("row").filter(has_text="ET SCAN entity")).to_have_count(7)
    page.get_by_test_id("row").first.click()
    panel = page.get_by_test_id("event-panel")
    expect(panel.locator('[data-field="source.ip"]')).to_contain_text(ADDRESS)
    next_event(page, look)
    if look.phone:
        page.get_by_test_id("event-close").click()
    else:
        page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


@pytest.mark.flow
def test_links_lead_from_page_to_page_and_back(open_screen, known):
    page = open_screen(f"entity/ip/{ADDRESS}")
    bar(page, "observer.name", known).locator("a").click()
    expect(page.locator("h1")).to_have_text(known)
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "9")
    bar(page, "destination.port", "5901").locator("a").click()
    expect(page.locator("h1")).to_have_text("5901")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "2")
    page.go_back()
    page.go_back()
    expect(page.locator("h1")).to_have_text(ADDRESS)


@pytest.mark.flow
def test_explore_has_the_same_events(open_screen, known):
    page = open_screen(f"entity/ip/{ADDRESS}")
    page.get_by_test_id("to-explore").click()
    page.wait_for_function("() => document.querySelector('[data-testid=count]')?.dataset.count === '7'")
    is_settled(page)


KINDS = {
    "ip": "2001:db8::77", "network": "203.0.113.0/24", "asn": "64500", "country": "ZZ", "port": "5900", "rule": "ET SCAN entity", "sensor": "entity-sensor", "cve": "CVE-1999-0001",
    "domain": "example.com", "hash": "0123456789abcdef0123456789abcdef", "account": "somebody.example", "hashtag": "infosec",
}


@in_turn("kind", KINDS)
def test_every_kind_has_a_page(open_screen, known, kind):
    page = open_screen(f"entity/{kind}/{quote(KINDS[kind], safe='')}")
    expect(page.locator("h1")).to_contain_text(KINDS[kind])
    expect(page.locator('[data-testid="entity-count"], [data-testid="empty"]').first).to_be_visible()


@pytest.mark.flow
def test_a_network_has_all_its_addresses(open_screen, known):
    page = open_screen(f"entity/ip/{ADDRESS}")
    page.locator('[data-testid="neighbours"] h3 a').filter(has_text="In 203.0.113.0/24").click()
    expect(page.locator("h1")).to_have_text("203.0.113.0/24")
    expect(page.locator(f'[data-testid="top"] [data-field="source.ip"][data-value="{ADDRESS}"]')).to_have_attribute("data-count", "7")
    expect(page.locator(f'[data-testid="top"] [data-field="source.ip"][data-value="{NEIGHBOUR}"]')).to_have_attribute("data-count", "2")
    page = open_screen("entity/network/203.0.113.0%2F33")
    expect(page.get_by_test_id("error")).to_contain_text("is not a network")


@pytest.mark.flow
def test_what_shares_addresses_is_a_neighbour(server, open_screen):
    # Each run has a network, two ports, two rules and two sensors of its own.
    number = next(serial) % 200
    net, ports = f"198.18.{number}", (6000 + 2 * number, 6001 + 2 * number)
    rules, sensors = [f"ET NEAR {greek} {number}" for greek in ("alpha", "beta")], [f"near-{name}-{number}" for name in ("one", "two")]
    both = [alert(sensor, ago=60 * i, source=f"{net}.{100 + i}", signature=rule, port=port) for i in range(1, 4) for sensor, rule, port in zip(sensors, rules, ports)]
    server.ingest([*both, alert(f"near-three-{number}", source=f"{net}.99", signature=f"ET NEAR gamma {number}", port=7000 + number)])
    for path, field, value in ((f"port/{ports[0]}", "destination.port", ports[1]), (f"rule/{quote(rules[0])}", "rule.name", rules[1]), (f"sensor/{sensors[0]}", "observer.name", sensors[1])):
        page = open_screen(f"entity/{path}")
        near = page.locator('[data-testid="neighbours"] [data-testid="bar"]')
        expect(near).to_have_count(1)
        expect(near).to_have_attribute("data-value", str(value))
        expect(near).to_have_attribute("data-field", field)
        expect(near).to_have_attribute("data-count", "3")
    near.locator("a").click()
    expect(page.locator("h1")).to_have_text(sensors[1])
    page = open_screen(f"entity/network/{net}.100%2F31")
    around = page.get_by_test_id("neighbours")
    expect(around.locator("h3 a")).to_have_text("Around it, in 198.18.0.0/16")
    expect(around.locator(f'[data-value="{net}.102"]')).to_have_attribute("data-count", "2")
    expect(around.locator(f'[data-value="{net}.101"]')).to_have_count(0)


@pytest.mark.flow
def test_posts_are_listed_by_their_accounts(server, open_screen):
    now, tag = datetime.now(timezone.utc), f"nearalpha{next(serial)}"
    record = {"$type": "app.bsky.feed.post", "createdAt": now.isoformat(), "langs": ["en"], "text": "A post", "tags": [tag]}
    server.ingest([{"did": f"did:plc:{tag}", "time_us": int(now.timestamp() * 1_000_000), "kind": "commit", "commit": {
        "rev": tag, "operation": "create", "collection": "app.bsky.feed.post", "rkey": tag, "cid": "c", "record": record}}], "bluesky")
    page = open_screen(f"entity/hashtag/{tag}")
    expect(page.get_by_test_id("row")).to_have_count(1)
    heads = page.locator('[role="columnheader"]')
    assert [head.get_attribute("data-column") for head in heads.all()] == ["@timestamp", "post.author.handle", "post.network", "summary"]


@pytest.mark.flow
def test_names_may_hold_anything(server, open_screen):
    name = fresh("a/b?c#d %2F .. " + PAYLOAD)
    server.ingest([alert(name, source="203.0.113.99")])
    page = open_screen(f"entity/sensor/{quote(name, safe='')}")
    expect(page.locator("h1")).to_have_text(name)
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "1")
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.flow
def test_what_is_no_address_is_said(open_screen):
    page = open_screen("entity/ip/not-an-address")
    expect(page.get_by_test_id("error")).to_contain_text("not-an-address is not an address")
    page = open_screen("entity/planet/mars")
    expect(page.get_by_test_id("error")).to_contain_text("There are no pages for “planet”")


@pytest.mark.flow
def test_live_adds_what_comes_and_moves_nothing_that_is_read(server, open_screen, look):
    number = next(serial) % 120
    address, other, sensor = f"198.19.1.{2 * number}", f"198.19.1.{2 * number + 1}", "entity-live"

    def shown(number):
        expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", str(number))

    def close():
        if look.phone:
            page.get_by_test_id("event-close").click()
        else:
            page.keyboard.press("Escape")

    page = open_screen(f"entity/ip/{address}")
    expect(page.get_by_test_id("empty")).to_be_visible()
    if look.phone:
        page.get_by_test_id("follow").click()
    else:
        page.mouse.move(5, 5)
        page.keyboard.press("l")
    expect(page.get_by_test_id("follow")).to_have_attribute("aria-pressed", "true")
    server.ingest([alert(sensor, source=address, signature="first")])
    shown(1)
    server.ingest([alert(sensor, source=address, signature="second")])
    shown(2)
    expect(page.locator("#row-0")).to_contain_text("second")
    # A mouse points at the chart; a finger scrolls down to the events.
    if look.phone:
        page.locator("#row-1").scroll_into_view_if_needed()
    else:
        page.get_by_test_id("histogram").hover()
    server.ingest([alert(sensor, source=address, signature="third"), alert(sensor, source=other, signature="another's")])
    expect(page.get_by_test_id("news")).to_have_text("1 more · show")
    shown(2)
    if look.phone:
        expect(page.get_by_test_id("news")).to_be_in_viewport()
        page.get_by_test_id("news").click()
    else:
        page.mouse.move(5, 5)
    shown(3)
    expect(page.locator("#row-0")).to_contain_text("third")
    page.locator("#row-1").click()
    expect(page.get_by_test_id("event-panel")).to_contain_text("second")
    server.ingest([alert(sensor, source=address, signature="fourth")])
    expect(page.get_by_test_id("news")).to_have_text("1 more · show")
    shown(3)
    close()
    page.get_by_test_id("news").click()
    shown(4)
    expect(page.locator("#row-0")).to_contain_text("fourth")


@pytest.mark.parametrize("size", SIZES)
def test_everything_fits(open_screen, known, size):
    page = open_screen(f"entity/ip/{ADDRESS}", viewport=SIZES[size])
    expect(page.get_by_test_id("entity-count")).to_be_visible()
    expect(page.locator('[data-testid="neighbours"]').first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
    assert page.evaluate("document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth")

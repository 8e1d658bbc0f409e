"""The screen of the sources against a running server, in a real browser."""

import json
import urllib.request

import pytest
from playwright.sync_api import expect
from workbench import PAYLOAD, SIZES, alert

pytestmark = pytest.mark.usefixtures("touched")

FATES = ["stored", "duplicate", "filtered", "dead_lettered", "shed"]


def post(server, body, form="suricata"):
    request = urllib.request.Request(f"{server.address}api/v1/ingest/{form}", body.encode(), {"Content-Type": "application/x-ndjson"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def numbers(page):
    ledger = page.locator('[data-testid="source"][data-name="http"] [data-testid="source-ledger"]')
    return {fate: int(ledger.locator(f'[data-fate="{fate}"]').inner_text().replace(",", "")) for fate in ["received", *FATES]}


@pytest.mark.flow
def test_the_books_are_those_of_the_api(server, open_screen):
    server.ingest([alert("sources-books")])
    post(server, '{"event_type":"alert"\n')
    page = open_screen("sources")
    card = page.locator('[data-testid="source"][data-name="http"]')
    expect(card).to_have_attribute("data-balances", "true")
    [books] = [source["ledger"] for source in server.get("api/v1/sources")["sources"] if source["name"] == "http"]
    shown = numbers(page)
    assert shown == {fate: books[fate] for fate in shown}
    assert shown["received"] == sum(shown[fate] for fate in FATES)
    expect(card.get_by_test_id("source-state")).to_have_text("live")
    before = shown["received"]
    server.ingest([alert("sources-books"), alert("sources-books")])
    expect(card.locator('[data-fate="received"]')).to_have_text(f"{before + 2:,}")


@pytest.mark.flow
def test_dead_letters_tell_reason_and_sample(server, open_screen):
    post(server, '{"broken": ' + PAYLOAD + "\n")
    page = open_screen("sources")
    letter = page.get_by_test_id("dead-letter").first
    expect(letter).to_have_attribute("data-reason", "malformed_json")
    letter.locator("summary").click()
    expect(letter.locator("pre")).to_contain_text('{"broken": <img src=x')
    assert page.locator("img[src=x]").count() == 0
    number = page.get_by_test_id("dead-letter").count()
    post(server, '{"later": \n')
    expect(page.get_by_text("the list goes on when none is open")).to_be_visible()
    expect(letter.locator("pre")).to_contain_text('{"broken": <img src=x')
    letter.locator("summary").click()
    expect(page.get_by_test_id("dead-letter")).to_have_count(number + 1)


@pytest.mark.flow
def test_a_dead_letter_is_retried_and_says_why_it_stays(own_screen, tmp_path):
    page = own_screen("sources", "--data", str(tmp_path / "data"))
    sent = page.evaluate("() => fetch('api/v1/ingest/suricata', {method: 'POST', body: '{\"event_type\":\\n'}).then((answer) => answer.status)")
    assert sent == 200
    letter = page.get_by_test_id("dead-letter").first
    letter.locator("summary").click(timeout=20_000)
    letter.get_by_test_id("letter-retry").click()
    expect(page.get_by_text("1 record still not understood")).to_be_visible()
    page.get_by_test_id("letters-retry").click()
    expect(page.get_by_test_id("dead-letter")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
def test_everything_fits(open_screen, size):
    page = open_screen("sources", viewport=SIZES[size])
    expect(page.get_by_test_id("source").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
    assert page.evaluate("document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth")


@pytest.mark.flow
def test_a_source_is_paused_and_resumed(own_screen, tmp_path):
    log = tmp_path / "eve.json"
    log.write_text(json.dumps(alert("sources-file", ago=1)) + "\n")
    config = tmp_path / "petrel.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\nsources:\n  - type: file\n    name: eve\n    paths: [{log}]\n")
    page = own_screen("sources", "--config", str(config))
    card = page.locator('[data-testid="source"][data-name="eve"]')
    expect(card.locator('[data-fate="stored"]')).to_have_text("1", timeout=20_000)
    expect(card).to_have_attribute("data-tone", "good")
    card.get_by_test_id("source-pause").click()
    expect(card.get_by_test_id("source-state")).to_have_text("paused", timeout=20_000)
    with log.open("a") as lines:
        lines.write(json.dumps(alert("sources-file")) + "\n")
    card.get_by_role("button", name="Resume eve").click()
    expect(card.locator('[data-fate="stored"]')).to_have_text("2", timeout=20_000)

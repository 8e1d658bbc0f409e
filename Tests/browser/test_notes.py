"""Notes on things against a running server, in a real browser."""

import json
from datetime import datetime, timezone
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from looks import in_turn
from playwright.sync_api import expect
from test_entity import KINDS
from workbench import PAYLOAD, SCHEMES, SIZES, alert, counted, serial

pytestmark = pytest.mark.usefixtures("touched")

HOSTILE = PAYLOAD + "\n\u202eright to left\n  indented &amp; plain"


def own_address():
    """An address of this run only."""
    number = next(serial)
    return f"198.18.{number // 250 % 250}.{number % 250}"


def own_port():
    return str(10000 + next(serial) % 50000)


def write(page, text):
    page.get_by_test_id("note-write").click()
    page.get_by_test_id("note-field").fill(text)
    page.get_by_test_id("note-save").click()


def texts(page):
    return [note.inner_text() for note in page.locator(".note-text").all()]


@pytest.mark.flow
def test_a_note_is_written_changed_and_removed(server, open_screen, look):
    address = own_address()
    page = open_screen(f"entity/ip/{address}")
    write(page, HOSTILE)
    expect(page.get_by_test_id("note")).to_have_count(1)
    assert page.locator(".note-text").evaluate("e => e.textContent") == HOSTILE
    assert page.locator("img[src=x]").count() == 0
    write(page, "second")
    expect(page.locator(".note-text").first).to_have_text("second")
    other = open_screen(f"entity/ip/{address}")
    expect(other.get_by_test_id("note")).to_have_count(2)
    page.get_by_test_id("note-change").first.click()
    page.get_by_test_id("note-field").fill("second, corrected")
    if look.phone:
        page.get_by_test_id("note-save").click()
    else:
        page.keyboard.press("Control+Enter")
    expect(page.locator(".note-text").first).to_have_text("second, corrected")
    expect(page.get_by_test_id("note").first).to_contain_text("changed")
    page.get_by_test_id("note-remove").first.click()
    expect(page.get_by_test_id("note-remove").first).to_have_text("Remove for good?")
    page.get_by_test_id("note-remove").first.click()
    expect(page.get_by_test_id("note")).to_have_count(1)
    assert [note["text"] for note in server.get(f"api/v1/notes?kind=ip&value={address}")["notes"]] == [HOSTILE]


@pytest.mark.flow
def test_nobody_overwrites_what_another_has_written(server, new_context):
    port = own_port()
    # The refusal shows in the console of the browser, as it should.
    first, second = (new_context().new_page() for _ in range(2))
    first.goto(f"{server.address}entity/port/{port}")
    write(first, "theirs")
    expect(first.get_by_test_id("note")).to_have_count(1)
    second.goto(f"{server.address}entity/port/{port}")
    second.get_by_test_id("note-change").click()
    first.get_by_test_id("note-change").click()
    first.get_by_test_id("note-field").fill("theirs, changed")
    first.get_by_test_id("note-save").click()
    expect(first.locator(".note-text")).to_have_text("theirs, changed")
    second.get_by_test_id("note-field").fill("mine")
    second.get_by_test_id("note-save").click()
    expect(second.get_by_test_id("note-said")).to_contain_text("theirs, changed")
    expect(second.get_by_test_id("note-field")).to_have_value("mine")
    second.get_by_test_id("note-save").click()
    expect(second.locator(".note-text")).to_have_text("mine")
    assert [note["text"] for note in server.get(f"api/v1/notes?kind=port&value={port}")["notes"]] == ["mine"]


@in_turn("kind", KINDS)
def test_every_kind_of_thing_has_notes(open_screen, kind):
    page = open_screen(f"entity/{kind}/{quote(KINDS[kind], safe='')}")
    text = f"about a {kind}, number {next(serial)}"
    write(page, text)
    expect(page.get_by_test_id("note").first).to_contain_text(text)


@pytest.mark.flow
def test_a_text_that_is_too_long_cannot_be_saved(open_screen, look):
    page = open_screen(f"entity/port/{own_port()}")
    page.get_by_test_id("note-write").click()
    page.get_by_test_id("note-field").fill("é" * 4001)
    expect(page.get_by_test_id("note-said")).to_have_text("1 characters too many")
    expect(page.get_by_test_id("note-save")).to_be_disabled()
    page.get_by_test_id("note-field").fill("é" * 4000)
    page.get_by_test_id("note-save").click()
    expect(page.get_by_test_id("note")).to_have_count(1)
    page.get_by_test_id("note-change").click()
    if look.phone:
        page.get_by_role("button", name="Cancel").click()
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_test_id("note-field")).to_have_count(0)


@pytest.mark.flow
def test_posts_about_a_thing_are_one_click_away(server, open_screen):
    spoken, silent = own_address(), own_address()
    server.ingest([alert("notes-sensor", ago=5, source=source) for source in (spoken, silent)])
    now, key = datetime.now(timezone.utc), f"notes{next(serial)}"
    record = {"$type": "app.bsky.feed.post", "createdAt": now.isoformat(), "langs": ["en"], "text": f"{spoken} again"}
    server.ingest([{"did": f"did:plc:{key}", "time_us": int(now.timestamp() * 1_000_000), "kind": "commit", "commit": {
        "rev": key, "operation": "create", "collection": "app.bsky.feed.post", "rkey": key, "cid": "c", "record": record}}], "bluesky")
    page = open_screen(f"entity/ip/{silent}")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "1")
    expect(page.get_by_test_id("to-posts")).to_have_count(0)
    page = open_screen(f"entity/ip/{spoken}")
    expect(page.get_by_test_id("to-posts")).to_have_text("1 post about it")
    page.get_by_test_id("to-posts").click()
    counted(page, 1)
    expect(page.get_by_test_id("row").first).to_contain_text(f"{spoken} again")


@pytest.mark.flow
def test_lists_that_name_a_thing_are_said(own_screen, tmp_path):
    (tmp_path / "list.txt").write_text("203.0.113.213\n198.51.100.213\n")
    config = tmp_path / "petrel.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\nindicators:\n  - {{name: drop, path: {tmp_path / 'list.txt'}}}\n")
    page = own_screen("entity/ip/203.0.113.213", "--config", str(config))
    expect(page.get_by_test_id("empty")).to_be_visible()
    events = "\n".join(json.dumps(alert("notes-sensor", ago=i, source=f"203.0.113.{last}")) for i, last in enumerate((213, 213, 214)))
    assert page.evaluate("(body) => fetch('/api/v1/ingest/suricata', { method: 'POST', body }).then((answer) => answer.status)", events) == 200
    page.reload()
    expect(page.get_by_test_id("list")).to_have_text("On list drop")
    expect(page.get_by_test_id("list")).to_have_attribute("data-count", "2")
    page.get_by_test_id("list").click()
    counted(page, 2)
    root = page.url.partition("/explore")[0]
    page.goto(f"{root}/entity/network/203.0.113.208%2F28")
    expect(page.get_by_test_id("list")).to_have_attribute("data-count", "2")
    page.goto(f"{root}/entity/sensor/notes-sensor")
    expect(page.locator('[data-testid="top"] [data-field="threat.feed.name"][data-value="drop"]')).to_have_attribute("data-count", "2")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(open_screen, size, scheme):
    # axe puts itself into the page as an inline script, which the page's policy rightly forbids.
    page = open_screen("entity/port/5988", viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    write(page, "A note with a line\nand another. " + "x" * 300)
    expect(page.get_by_test_id("note").first).to_be_visible()
    page.get_by_test_id("note-change").first.click()
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]

"""What another viewer writes, changes or removes is shown without a reload, and nothing that is being written is touched."""

import itertools
import json
import urllib.request

import pytest
from playwright.sync_api import expect
from workbench import address, is_settled

pytestmark = pytest.mark.flow
serial = itertools.count(1)


@pytest.fixture
def sensor():
    """A thing of the test's own."""
    return f"together-{next(serial)}"


def call(server, path, method, body=None, tag=None):
    """Does what another viewer does."""
    headers = {"Content-Type": "application/json", **({"If-Match": tag} if tag else {})}
    request = urllib.request.Request(
        server.address + "api/v1/" + path, method=method, headers=headers, data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def write(server, sensor, text):
    return call(server, "notes", "POST", {"kind": "sensor", "value": sensor, "text": text})


def change(server, note, text):
    return call(server, f"notes/{note['id']}", "PUT", {"text": text}, note["tag"])


def remove(server, note, kept="notes"):
    call(server, f"{kept}/{note['id']}", "DELETE", tag=note["tag"])


def thing(open_screen, sensor, number, context=None):
    page = open_screen(f"entity/sensor/{sensor}", context)
    expect(page.locator(f'petrel-notes[data-count="{number}"]')).to_be_visible()
    return page


def texts(page, *wanted):
    expect(page.get_by_test_id("note")).to_have_count(len(wanted))
    expect(page.get_by_test_id("note").locator(".note-text")).to_have_text(list(wanted))


def test_notes_of_another_viewer_appear_change_and_go(server, open_screen, sensor):
    page, other = (thing(open_screen, sensor, 0) for _ in range(2))
    first = write(server, sensor, "first")
    for screen in (page, other):
        texts(screen, "first")
    write(server, sensor, "second")
    write(server, f"{sensor}-other", "about something else")
    for screen in (page, other):
        texts(screen, "second", "first")
    change(server, first, "first, and more")
    texts(page, "second", "first, and more")
    other.get_by_test_id("note-write").click()
    other.get_by_test_id("note-field").fill("from the other screen")
    other.get_by_test_id("note-save").click()
    texts(page, "from the other screen", "second", "first, and more")
    page.get_by_test_id("note").filter(has_text="second").get_by_test_id("note-remove").click()
    page.get_by_test_id("note").filter(has_text="second").get_by_test_id("note-remove").click()
    texts(other, "from the other screen", "first, and more")


def test_two_tabs_of_one_browser_hear_over_one_stream(server, open_screen, sensor):
    page = thing(open_screen, sensor, 0)
    second = thing(open_screen, sensor, 0, page.context)
    write(server, sensor, "for both")
    texts(page, "for both")
    texts(second, "for both")
    page.close()
    write(server, sensor, "for the one that is left")
    texts(second, "for the one that is left", "for both")


def test_a_new_note_that_is_being_written_is_not_touched(server, open_screen, sensor):
    page = thing(open_screen, sensor, 0)
    page.get_by_test_id("note-write").click()
    field = page.get_by_test_id("note-field")
    field.fill("half a sen")
    field.evaluate("(e) => e.setSelectionRange(4, 4)")
    write(server, sensor, "meanwhile")
    texts(page, "meanwhile")
    expect(field).to_be_focused()
    assert field.evaluate("(e) => [e.value, e.selectionStart]") == ["half a sen", 4]
    page.get_by_test_id("note-save").click()
    texts(page, "half a sen", "meanwhile")


def test_a_note_that_is_being_changed_is_not_touched(server, new_context, sensor):
    note = write(server, sensor, "as it was")
    # The refusal shows in the console of the browser, as it should.
    page = new_context().new_page()
    page.goto(f"{server.address}entity/sensor/{sensor}")
    texts(page, "as it was")
    page.get_by_test_id("note-change").click()
    field = page.get_by_test_id("note-field")
    field.fill("mine")
    changed = change(server, note, "theirs")
    newer = write(server, sensor, "newer")
    expect(page.get_by_test_id("note")).to_have_count(2)
    expect(page.get_by_test_id("note-said")).to_contain_text("Somebody has changed this note meanwhile")
    expect(field).to_be_focused()
    assert field.input_value() == "mine"
    # The way through a conflict is the one that it was.
    page.get_by_test_id("note-save").click()
    expect(page.get_by_test_id("note-said").locator("q")).to_have_text("theirs")
    page.get_by_test_id("note-save").click()
    texts(page, "newer", "mine")
    assert changed["tag"] not in [one["tag"] for one in server.get(f"api/v1/notes?kind=sensor&value={sensor}")["notes"]]
    # A note that somebody removes while it is changed here keeps the text that was written.
    page.get_by_test_id("note").filter(has_text="newer").get_by_test_id("note-change").click()
    page.get_by_test_id("note-field").fill("much work")
    remove(server, newer)
    expect(page.get_by_test_id("note-said")).to_have_text("Somebody has removed this note meanwhile.")
    assert page.get_by_test_id("note-field").input_value() == "much work"


def test_rows_that_stay_the_same_are_not_made_anew(server, open_screen, sensor):
    write(server, sensor, "stays")
    page = thing(open_screen, sensor, 1)
    button = page.get_by_test_id("note").filter(has_text="stays").get_by_test_id("note-remove")
    button.click()
    expect(button).to_have_text("Remove for good?")
    write(server, sensor, "comes")
    texts(page, "comes", "stays")
    expect(button).to_have_text("Remove for good?")
    expect(button).to_be_focused()


def test_views_of_another_viewer_appear_in_the_open_menu(server, open_screen, sensor):
    page = open_screen(address("explore", range="1h"))
    is_settled(page)
    page.get_by_test_id("views").click()
    expect(page.get_by_test_id("view-list")).not_to_contain_text("Asking")
    name = page.get_by_test_id("view-name")
    name.fill(sensor)
    expect(page.get_by_test_id("view-save")).to_have_text("Save")
    view = call(server, "views", "POST", {"name": sensor, "search": "range=1h"})
    shown = page.get_by_test_id("saved-view").filter(has_text=sensor)
    expect(shown).to_be_visible()
    # The name that is being written is taken now, and the button says so.
    expect(page.get_by_test_id("view-save")).to_have_text("Replace")
    expect(name).to_be_focused()
    assert name.input_value() == sensor
    remove(server, view, "views")
    expect(shown).to_have_count(0)
    expect(page.get_by_test_id("view-save")).to_have_text("Save")


def test_a_view_that_is_pointed_at_is_not_moved(server, open_screen, sensor):
    view = call(server, "views", "POST", {"name": f"{sensor} b", "search": "range=1h"})
    page = open_screen(address("explore", range="1h"))
    is_settled(page)
    page.get_by_test_id("views").click()
    own = page.locator(".menu-row").filter(has_text=f"{sensor} b")
    own.get_by_test_id("view-remove").focus()
    call(server, "views", "POST", {"name": f"{sensor} a", "search": "range=2h"})
    # Another screen that points at nothing shows it, so this one has heard of it as well.
    other = open_screen(address("explore", range="1h"))
    is_settled(other)
    other.get_by_test_id("views").click()
    expect(other.get_by_test_id("saved-view").filter(has_text=f"{sensor} a")).to_be_visible()
    expect(own.get_by_test_id("view-remove")).to_be_focused()
    expect(page.get_by_test_id("saved-view").filter(has_text=f"{sensor} a")).to_have_count(0)
    page.get_by_test_id("view-name").focus()
    expect(page.get_by_test_id("saved-view").filter(has_text=f"{sensor} a")).to_be_visible()
    remove(server, view, "views")
    expect(own).to_have_count(0)

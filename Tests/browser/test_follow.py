"""Whether a screen follows live is part of its link; a pause of the map belongs to the viewer and is not."""

import itertools

import pytest
from playwright.sync_api import expect
from workbench import address, alert, counted, is_settled, step_range

pytestmark = pytest.mark.flow
serial = itertools.count(1)


@pytest.fixture
def sensor(server):
    """A sensor of the test's own, with one event."""
    name = f"follow-{next(serial)}"
    server.ingest([alert(name, ago=2, signature="first")])
    return name


def follows(page, is_on=True):
    expect(page.get_by_test_id("follow")).to_have_attribute("aria-pressed", str(is_on).lower())
    assert ("live=on" in page.url) is is_on


def linked(page, server):
    return page.url.removeprefix(server.address)


def seen(page, number):
    """Waits until the page of a thing says so many events."""
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", str(number))


def test_a_copied_address_of_explore_follows(server, open_screen, sensor):
    page = open_screen(address("explore", q=f"observer.name: {sensor}", range="1h"))
    counted(page, 1)
    follows(page, False)
    page.get_by_test_id("follow").click()
    follows(page)
    other = open_screen(linked(page, server))
    counted(other, 1)
    follows(other)
    server.ingest([alert(sensor, signature="second")])
    for screen in (page, other):
        screen.mouse.move(5, 5)
        counted(screen, 2)
        screen.close()


def test_back_and_forward_take_live_along(open_screen, sensor):
    page = open_screen(address("explore", q=f"observer.name: {sensor}", range="1h"))
    counted(page, 1)
    page.get_by_test_id("follow").click()
    follows(page)
    page.get_by_test_id("compare").click()
    follows(page)
    page.keyboard.press("l")
    follows(page, False)
    page.go_back()
    follows(page)
    expect(page.get_by_test_id("compare")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    follows(page)
    expect(page.get_by_test_id("compare")).to_have_attribute("aria-pressed", "false")
    page.go_back()
    follows(page, False)
    page.go_forward()
    follows(page)
    page.reload()
    counted(page, 1)
    follows(page)


def test_fixed_ends_are_not_followed(open_screen, look, sensor):
    ends = {"from": "2026-01-01T00:00:00.000Z", "to": "2026-01-02T00:00:00.000Z"}
    page = open_screen(address("explore", q=f"observer.name: {sensor}", live="on", **ends))
    counted(page, 0)
    expect(page.get_by_test_id("follow")).to_have_attribute("aria-pressed", "false")
    page.get_by_test_id("follow").click()
    counted(page, 1)
    follows(page)
    assert "range=15m" in page.url
    # The stretch before the shown one has fixed ends.
    step_range(page, look, "earlier")
    counted(page, 0)
    follows(page, False)
    page.go_back()
    counted(page, 1)
    follows(page)


def test_a_saved_view_follows(server, open_screen, sensor):
    page = open_screen(address("explore", q=f"observer.name: {sensor}", range="1h", live="on"))
    counted(page, 1)
    page.get_by_test_id("views").click()
    expect(page.get_by_test_id("view-list")).not_to_contain_text("Asking")
    page.get_by_test_id("view-name").fill(sensor)
    page.get_by_test_id("view-save").click()
    expect(page.get_by_text(f"“{sensor}” is saved for everybody here")).to_be_visible()
    other = open_screen(address("explore", range="1h"))
    is_settled(other)
    follows(other, False)
    other.get_by_test_id("views").click()
    other.get_by_test_id("saved-view").filter(has_text=sensor).click()
    counted(other, 1)
    follows(other)
    server.ingest([alert(sensor, signature="second")])
    other.mouse.move(5, 5)
    counted(other, 2)


def test_a_copied_address_of_a_thing_follows(server, open_screen, sensor):
    page = open_screen(f"entity/sensor/{sensor}")
    seen(page, 1)
    page.get_by_test_id("follow").click()
    follows(page)
    other = open_screen(linked(page, server))
    seen(other, 1)
    follows(other)
    server.ingest([alert(sensor, signature="second")])
    other.mouse.move(5, 5)
    seen(other, 2)
    page.keyboard.press("l")
    follows(page, False)
    page.go_back()
    follows(page)
    page.go_back()
    follows(page, False)
    page.go_forward()
    follows(page)
    page.reload()
    seen(page, 2)
    follows(page)


def test_a_page_of_nothing_follows_nothing(open_screen):
    page = open_screen("entity/planet/mars#live=on")
    expect(page.get_by_test_id("error")).to_be_visible()
    expect(page.get_by_test_id("follow")).to_be_hidden()
    page.keyboard.press("l")
    expect(page.get_by_test_id("follow")).to_have_attribute("aria-pressed", "false")


def test_a_pause_of_the_map_is_not_in_its_link(server, open_map, sensor):
    page = open_map()
    before = page.url
    page.keyboard.press(" ")
    expect(page.get_by_test_id("pause-note")).to_be_visible()
    assert page.url == before
    other = open_map(path=linked(page, server))
    expect(other.get_by_test_id("pause-note")).to_be_hidden()

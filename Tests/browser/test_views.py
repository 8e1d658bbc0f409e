"""Saved views: kept on the server, so that everybody who works with it has them."""

from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from workbench import PAYLOAD, SCHEMES, SIZES, address, alert, counted, fresh, is_settled

pytestmark = pytest.mark.usefixtures("touched")


def explore(server, open_screen, sensor, number=3, **values):
    """The workbench with so many events of a sensor of its own."""
    server.ingest([alert(sensor, ago=60 * i) for i in range(1, number + 1)])
    page = open_screen(address("explore", q=f"observer.name: {sensor}", range="6h"), **values)
    counted(page, number)
    return page


def save(page, name):
    page.get_by_test_id("views").click()
    expect(page.get_by_test_id("view-list")).not_to_contain_text("Asking")
    page.get_by_test_id("view-name").fill(name)
    page.get_by_test_id("view-save").click()


def names(server):
    return [view["name"] for view in server.get("api/v1/views")["views"]]


@pytest.mark.flow
def test_a_view_is_there_in_another_browser(server, open_screen):
    name = fresh("Shared sensor")
    page = explore(server, open_screen, fresh("views-shared"))
    save(page, name)
    expect(page.get_by_text(f"“{name}” is saved for everybody here")).to_be_visible()
    other = open_screen(address("explore", range="1h"))
    is_settled(other)
    other.get_by_test_id("views").click()
    other.get_by_test_id("saved-view").filter(has_text=name).click()
    counted(other, 3)
    assert unquote(other.url) == unquote(page.url)
    other.get_by_test_id("views").click()
    expect(other.get_by_test_id("saved-view").filter(has_text=name)).to_have_attribute("aria-pressed", "true")


@pytest.mark.flow
@pytest.mark.parametrize("screen", ["sources", "entity/port/5999"])
def test_the_palette_of_every_screen_leads_to_it(server, open_screen, screen):
    name = fresh(f"From {screen}")
    page = explore(server, open_screen, fresh(f"views-palette-{screen.partition('/')[0]}"))
    save(page, name)
    expect(page.get_by_text(f"“{name}” is saved")).to_be_visible()
    page = open_screen(screen)
    page.get_by_test_id("open-palette").click()
    page.get_by_test_id("command").filter(has_text=name).click()
    page.wait_for_url("**/explore?q=observer.name:**")
    is_settled(page)


@pytest.mark.flow
def test_the_same_name_replaces_and_says_so_before(server, open_screen):
    name, sensor = fresh("Replaced"), fresh("views-replaced")
    page = explore(server, open_screen, sensor)
    save(page, name)
    expect(page.get_by_text(f"“{name}” is saved")).to_be_visible()
    page.get_by_test_id("query").fill(f"observer.name: {sensor} and source.port: 1")
    page.keyboard.press("Enter")
    counted(page, 0)
    page.get_by_test_id("views").click()
    expect(page.get_by_test_id("saved-view").filter(has_text=name)).to_be_visible()
    expect(page.get_by_test_id("view-save")).to_have_text("Save")
    page.get_by_test_id("view-name").fill(name)
    expect(page.get_by_test_id("view-save")).to_have_text("Replace")
    page.keyboard.press("Enter")
    page.wait_for_function("""(name) => fetch('/api/v1/views').then((answer) => answer.json())
      .then(({ views }) => views.some((view) => view.name === name && view.search.includes('source.port')))""", arg=name)
    assert names(server).count(name) == 1


@pytest.mark.flow
def test_nobody_overwrites_what_another_has_saved(server, new_context):
    name = fresh("Raced")
    # The refusal shows in the console of the browser, as it should.
    first, second = (new_context().new_page() for _ in range(2))
    # This one does not hear of what the other saves.
    second.route("**/api/v1/changes", lambda route: route.abort())
    for page in (first, second):
        page.goto(server.address + "explore?q=event.family:+post")
        is_settled(page)
    second.get_by_test_id("views").click()
    expect(second.get_by_test_id("view-list")).not_to_contain_text("Asking")
    save(first, name)
    expect(first.get_by_text(f"“{name}” is saved")).to_be_visible()
    second.get_by_test_id("view-name").fill(name)
    second.get_by_test_id("view-save").click()
    expect(second.get_by_test_id("view-said")).to_contain_text("there is a view of that name")
    expect(second.get_by_test_id("view-said")).to_be_visible()
    expect(second.get_by_test_id("view-save")).to_have_text("Replace")
    second.get_by_test_id("view-save").click()
    expect(second.get_by_text(f"“{name}” is saved")).to_be_visible()
    assert names(server).count(name) == 1


@pytest.mark.flow
def test_a_view_is_removed_after_a_second_look(server, open_screen):
    name = fresh("Removed")
    page = explore(server, open_screen, fresh("views-removed"))
    save(page, name)
    expect(page.get_by_text(f"“{name}” is saved")).to_be_visible()
    page.get_by_test_id("views").click()
    remove = page.get_by_role("button", name=f"Remove {name}")
    remove.click()
    assert name in names(server)
    page.get_by_role("button", name=f"Remove? {name}, for everybody").click()
    expect(page.get_by_test_id("saved-view").filter(has_text=name)).to_have_count(0)
    assert name not in names(server)


@pytest.mark.flow
def test_a_name_stays_text(server, open_screen):
    name = fresh(PAYLOAD[:70])
    page = explore(server, open_screen, fresh("views-hostile"))
    save(page, name)
    expect(page.get_by_text("is saved for everybody here")).to_be_visible()
    page.get_by_test_id("views").click()
    expect(page.get_by_test_id("saved-view").filter(has_text=name)).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    page.get_by_test_id("views").click()
    page.get_by_test_id("open-palette").click()
    expect(page.get_by_test_id("command").filter(has_text=name)).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_menu_fits_and_axe_finds_nothing(server, open_screen, size, scheme):
    # axe puts itself into the page as an inline script, which the page's policy rightly forbids.
    page = explore(server, open_screen, f"views-{size}-{scheme}", viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    save(page, f"A name of eighty characters that is shown whole or cut at its end {size} {scheme}"[:80])
    expect(page.get_by_test_id("toast").first).to_be_visible()
    page.get_by_test_id("views").click()
    expect(page.get_by_test_id("saved-view").first).to_be_visible()
    page.get_by_test_id("view-remove").first.click()
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]] == []
    box = page.get_by_test_id("view-list").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= SIZES[size]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]

"""What screens show while there is nothing to show: no server, no events, a query with a fault. No number may then pass for another."""

import contextlib
import itertools

import pytest
from conftest import serving, start_command
from playwright.sync_api import expect
from workbench import address, alert, counted

pytestmark = pytest.mark.flow
run = itertools.count(1)


@pytest.fixture
def lone(tmp_path, new_context):
    """Starts a server with two alerts and opens a screen of it; gives page and what stops the server. Its requests fail then, so they are not watched."""
    with contextlib.ExitStack() as servers:

        def start(path):
            running = servers.enter_context(serving(start_command("--data", str(tmp_path / "data"))))
            running.ingest([alert("lone-sensor", ago=60 * i, source="198.51.100.40", port=6200) for i in range(2)])
            page = new_context().new_page()
            page.goto(running.address + path)
            return page, servers.close

        yield start


def test_a_map_without_its_server_is_not_called_live(lone):
    page, stop = lone("")
    expect(page.get_by_test_id("mode")).to_have_text("LIVE")
    expect(page.get_by_test_id("total-attacks")).to_have_attribute("data-count", "2")
    stop()
    expect(page.get_by_test_id("mode")).to_have_attribute("data-mode", "offline")
    expect(page.get_by_test_id("connection")).to_have_attribute("data-phase", "reconnecting")
    expect(page.get_by_test_id("total-attacks")).to_have_attribute("data-count", "2")


def test_explore_takes_its_numbers_away_with_the_answer(lone):
    page, stop = lone("explore")
    counted(page, 2)
    stop()
    page.get_by_test_id("range").click()
    page.get_by_test_id("preset-7d").click()
    expect(page.get_by_test_id("error")).to_contain_text("No answer")
    expect(page.get_by_test_id("count")).to_be_hidden()
    expect(page.get_by_test_id("histogram")).to_be_hidden()


def test_a_page_takes_its_numbers_away_with_the_answer(lone):
    page, stop = lone("entity/port/6200")
    expect(page.get_by_test_id("entity-count")).to_have_attribute("data-count", "2")
    stop()
    page.get_by_test_id("range").click()
    page.get_by_test_id("preset-7d").click()
    expect(page.get_by_test_id("error")).to_contain_text("No answer")
    expect(page.get_by_test_id("entity-count")).to_have_count(0)


def test_a_map_with_a_faulty_query_shows_no_number(server, new_context):
    page = new_context().new_page()
    page.goto(server.address + "#q=attack.type:+(")
    expect(page.get_by_test_id("connection")).to_have_attribute("data-phase", "refused")
    expect(page.get_by_test_id("ticker-none")).to_contain_text("The query has a fault")
    legend = page.get_by_test_id("legend-type").locator(".number")
    assert {number.text_content() for number in legend.all()} == {"–"}


def test_an_empty_list_says_why(own_screen, tmp_path):
    page = own_screen("", "--data", str(tmp_path / "none"))
    expect(page.get_by_test_id("ticker-none")).to_have_text("Nothing yet. Events stand here as they come.")
    board = own_screen("board?panels=newest", "--data", str(tmp_path / "board"))
    expect(board.locator(".board-none")).to_have_text("Nothing yet")


def test_enter_opens_the_first_event_of_a_table(server, open_screen):
    sensor = f"states-{next(run)}"
    server.ingest([alert(sensor, ago=60 * i, source="198.51.100.41", signature=f"ET number {i}") for i in range(3)])
    page = open_screen(address("explore", q=f"observer.name: {sensor}"))
    counted(page, 3)
    expect(page.locator("#row-0")).to_contain_text("ET number 0")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("event-panel")).to_contain_text("ET number 0")


def test_help_begins_at_its_beginning(open_map):
    page = open_map()
    page.keyboard.press("?")
    expect(page.locator("#help-title")).to_be_focused()
    expect(page.locator("#help-title")).to_be_in_viewport()

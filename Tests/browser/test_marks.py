"""Marks over the map and what beside it cannot be placed."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Watch, serving, start_command
from playwright.sync_api import expect
from touch import drag, press
from workbench import SIZES, alert, counted


@pytest.mark.flow
@pytest.mark.parametrize("part", ["private", "unmapped"])
def test_the_tray_leads_to_exactly_its_events(server, open_map, part, look):
    server.ingest([alert("tray", ago=1 + index, source=source) for index, source in
                   enumerate(["10.0.0.1", "192.168.1.1", "203.0.113.9", "8.8.8.8", "1.1.1.1", "100.64.0.1", "240.0.0.1"])])
    nowhere = alert("tray", ago=9)
    del nowhere["src_ip"]
    server.ingest([nowhere])
    page = open_map()
    unplaced = server.get("api/v1/live/snapshot")["unplaced"]
    assert unplaced["private"] >= 3 and unplaced["unmapped"] >= 1
    number = page.get_by_test_id(f"unplaced-{part}")
    expect(number).to_have_text(str(unplaced[part]))
    link = page.get_by_test_id(f"tray-{part}")
    assert "event.family: attack" in parse_qs(urlsplit(link.get_attribute("href")).query)["q"][0]
    if look.phone:
        link.tap()
    else:
        link.focus()
        page.keyboard.press("Enter")
    counted(page, unplaced[part])


@pytest.fixture
def virginia(own_screen):
    """A simulated map with the mark of a sensor in its middle; gives the mark."""
    page = own_screen("", "--simulate")
    mark = page.locator('[data-testid="sensor"][data-key="sim-virginia"] .sensor-mark')
    mark.wait_for()
    page.evaluate("() => document.querySelector('petrel-map').camera.restore({ lon: -78, lat: 38, zoom: 3 })")
    # Marks take their places with the next picture.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    mark.wait_for()
    return mark


@pytest.mark.flow
def test_a_sensor_is_pressed(virginia):
    page = virginia.page
    press(virginia)
    expect(page.locator("#drawer-title")).to_have_text("Sensor sim-virginia")
    # The press was the sensor's alone: what came with it has not pressed anything in the drawer.
    expect(page.get_by_test_id("evidence-total")).to_be_visible()


@pytest.mark.flow
def test_a_drag_that_begins_on_a_mark_moves_the_map(virginia):
    box = virginia.bounding_box()
    start = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    drag(virginia.page, start, (start[0] - 60, start[1] + 20))
    moved = virginia.bounding_box()
    assert moved["x"] - box["x"] == pytest.approx(-60, abs=1) and moved["y"] - box["y"] == pytest.approx(20, abs=1)
    expect(virginia.page.get_by_test_id("drawer")).to_be_hidden()


def test_a_circle_stands_beside_what_it_would_cover(open_map):
    page = open_map()
    told = page.evaluate("""async () => {
      const { beside } = await import('/js/map/clusters.js');
      const sensor = { x: 100, y: 100, radius: 9 };
      const above = { x: 100, y: 78, radius: 12 };
      const disc = (x, y) => ({ x, y, radius: 12 });
      const at = ({ x, y }) => [x, y];
      const below = { x: 100, y: 122, radius: 12 };
      const left = { x: 78, y: 100, radius: 12 };
      return [beside(disc(200, 100), [sensor]), beside(disc(100, 100), [sensor]), beside(disc(103, 98), [sensor, above]),
        beside(disc(100, 100), [sensor, above, below]), beside(disc(100, 100), [sensor, above, below, left])].map(at);
    }""")
    assert told == [[200, 100], [100, 78], [100, 122], [78, 100], [100, 78]]


def test_on_a_phone_the_clock_of_a_replay_leaves_the_filter_free(new_context, tmp_path):
    log = tmp_path / "eve.json"
    log.write_text("".join(json.dumps(alert("played", ago=60 * minute, source="8.8.8.8")) + "\n" for minute in range(30, 0, -1)))
    with serving(start_command("--data", str(tmp_path / "data"), "--play", str(log), "--play-seconds", "600")) as played:
        watch = Watch(played.address)
        page = new_context(viewport=SIZES["phone"]).new_page()
        watch.attach(page)
        page.goto(played.address)
        expect(page.get_by_test_id("mode")).to_have_text("REPLAY")
        clock = page.get_by_test_id("clock")
        expect(clock).to_be_visible()
        expect(clock).to_have_text(re.compile(r"\d"))
        places = page.evaluate("""() => ['[data-testid=clock]', '[data-testid=map-filter]', '[data-testid=mode]', '.replay progress', '[data-testid=speed]', '[data-testid=replay-stop]', 'petrel-actions', 'petrel-status'].map((selector) => {
          const { left, top, right, bottom } = document.querySelector(selector).getBoundingClientRect();
          return { selector, left, top, right, bottom };
        })""")
        for index, one in enumerate(places):
            for other in places[index + 1:]:
                apart = one["right"] <= other["left"] or other["right"] <= one["left"] or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]
                assert apart, (one, other)
            assert one["right"] <= SIZES["phone"]["width"]
        page.get_by_test_id("map-filter").click()
        expect(page.get_by_test_id("query")).to_be_focused()
        assert watch.faults == []

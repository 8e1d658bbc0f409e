"""The globe, the night, the circles of places and the countries of the map, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from looks import Look
from test_map import alerts, paused_on_arc
from touch import act, close_drawer, drag, pinch, press, press_at
from workbench import SCHEMES, SIZES

MAP = "document.querySelector('petrel-map')"
#: Nothing is drawn, so that a click meets the country.
NO_ARCS = "#types="
VIEWS = {"flat": "", "globe": "?view=globe"}


@pytest.fixture(scope="module", autouse=True)
def stored(server):
    """Without events a card lies over the middle of the map."""
    server.ingest(alerts(2, sensor="globe-first"))


def on_map(page, script, arg=None):
    """Evaluates a function of the map and an argument."""
    return page.evaluate(f"arg => ({script})({MAP}, arg)", arg)


def look_at(page, lon, lat, zoom=1, view=None):
    on_map(page, "(map, state) => map.camera.restore(state)", {"lon": lon, "lat": lat, "zoom": zoom, **({"view": view} if view else {})})


def is_globe(page):
    page.wait_for_function(f"() => {MAP}.camera.morph === 1")


@pytest.mark.flow
def test_a_key_goes_to_the_globe_and_back_and_the_link_keeps_it(open_map):
    page = open_map()
    assert on_map(page, "map => map.camera.state().view") == "flat"
    act(page, "v", "map-globe")
    is_globe(page)
    expect(page.locator("petrel-map")).to_have_attribute("data-view", "globe")
    expect(page.get_by_test_id("map-globe")).to_have_attribute("aria-pressed", "true")
    assert "view=globe" in page.url
    page.reload()
    is_globe(page)
    press(page.get_by_test_id("map-globe"))
    page.wait_for_function(f"() => {MAP}.camera.morph === 0")
    assert "view=" not in page.url


@pytest.mark.flow
def test_the_globe_comes_at_once_where_motion_is_unwanted(open_map, new_context):
    page = open_map(new_context(reduced_motion="reduce"))
    assert page.evaluate(f"() => {{ {MAP}.toggleView(); return {MAP}.camera.morph; }}") == 1
    look_at(page, 10, 20)
    box = page.locator("petrel-map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    drag(page, middle, (middle[0] - 60, middle[1]))
    turned = on_map(page, "map => map.camera.state()")
    assert turned["lon"] > 10.5, "dragging to the left turns east"
    frames = "map => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(map.camera.state()))))"
    assert on_map(page, frames) == turned, "it stands where it was left"


def test_a_flick_lets_the_globe_turn_on(open_map):
    page = open_map(path="?view=globe")
    look_at(page, 0, 0)
    on_map(page, "map => map.camera.spin(-0.5, 0)")
    page.wait_for_function(f"() => {MAP}.camera.state().lon > 5")
    on_map(page, "map => map.camera.hold()")
    held = on_map(page, "map => map.camera.state().lon")
    frames = "map => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(map.camera.state().lon))))"
    assert on_map(page, frames) == held


@pytest.mark.parametrize("view", VIEWS)
def test_what_the_camera_tells_it_can_restore(open_map, view):
    page = open_map()
    state = {"view": view, "lon": 139.5, "lat": -33.25, "zoom": 3.5}
    restored = on_map(page, "(map, state) => { map.camera.restore(state); return map.camera.state(); }", state)
    assert restored == state
    assert on_map(page, "map => { map.camera.restore({ lon: 'nonsense', zoom: NaN }); return map.camera.state(); }") == state
    most = on_map(page, "map => { map.camera.restore({ lon: 550, lat: 120, zoom: 1e9 }); return map.camera.state(); }")
    assert -180 <= most["lon"] <= 180 and most["lat"] <= 90 and most["zoom"] == 40


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("size", SIZES)
def test_screen_and_place_are_inverse(open_map, new_context, view, size):
    page = open_map(new_context(viewport=SIZES[size]))
    look_at(page, 20, 30, 2, view)
    worst = page.evaluate("""async () => {
      const { placeOf } = await import('/js/map/projection.js');
      const { camera } = document.querySelector('petrel-map');
      let worst = 0;
      for (let lon = -30; lon <= 70; lon += 10) for (let lat = -10; lat <= 75; lat += 5) {
        const [x, y, seen] = camera.toScreen(placeOf(lon, lat));
        const [backLon, backLat] = camera.toPlace(x, y);
        worst = Math.max(worst, seen ? Math.hypot(backLon - lon, backLat - lat) : 1);
      }
      return worst;
    }""")
    assert worst < 1e-6


@pytest.mark.flow
def test_what_is_behind_the_globe_is_hidden(own_screen):
    page = own_screen("?view=globe", "--simulate")
    virginia = page.locator('[data-testid="sensor"][data-key="sim-virginia"]')
    virginia.wait_for(state="attached")
    look_at(page, -78, 38)
    expect(virginia).to_be_visible()
    look_at(page, 102, -38)
    expect(virginia).to_be_hidden()
    look_at(page, 102, -38, view="flat")
    expect(virginia).not_to_have_attribute("hidden", "")


@pytest.mark.flow
@pytest.mark.parametrize("renderer", ["webgl2", "canvas"])
def test_an_arc_over_the_globe_opens_its_events(server, open_map, renderer, look):
    sensor = f"globe-{renderer}-{look}"
    # Only this sensor's: arcs of other tests take the same way.
    page = open_map(path=f"?view=globe&renderer={renderer}#q=observer.name: {sensor}")
    look_at(page, -95, 38)
    server.ingest(alerts(3, sensor=sensor))
    arc = paused_on_arc(page, sensor)
    press_at(page, arc["x"], arc["y"])
    expect(page.get_by_test_id("evidence-total")).to_have_attribute("data-count", str(arc["count"]))


@pytest.mark.parametrize("view", VIEWS)
def test_two_fingers_zoom_and_one_moves(open_map, new_context, view):
    page = open_map(new_context(**Look("phone", "light").options(), reduced_motion="reduce"), f"{VIEWS[view]}{NO_ARCS}")
    page.wait_for_function(f"() => {MAP}.camera.width > 1")
    look_at(page, 10, 20, 2)
    x, y = on_map(page, "map => { const box = map.getBoundingClientRect(); return [map.camera.middle[0] + box.left, map.camera.middle[1] + box.top]; }")
    pinch(page, (x, y), 60, 180)
    near = on_map(page, "map => map.camera.state()")
    assert near["zoom"] == pytest.approx(6, rel=0.1)
    assert (near["lon"], near["lat"]) == pytest.approx((10, 20), abs=3), "what is between the fingers stays there"
    pinch(page, (x, y), 180, 60)
    assert on_map(page, "map => map.camera.state().zoom") == pytest.approx(2, rel=0.15)
    before = on_map(page, "map => map.camera.state()")
    drag(page, (x, y), (x - 80, y + 30))
    after = on_map(page, "map => map.camera.state()")
    assert after["lon"] > before["lon"] + 5 and after["lat"] > before["lat"] + 2
    # None of this was a touch of a country.
    expect(page.get_by_test_id("drawer")).to_be_hidden()


@pytest.mark.parametrize("morph", [0, 0.3, 0.8, 1])
def test_the_gpu_draws_where_picking_looks(open_map, morph):
    page = open_map()
    drawn = page.evaluate("""async (morph) => {
      const [{ ArcLayer }, { Camera }, { placeOf }, { wayOf }, { Emphasis }] = await Promise.all(
        ['arc-layer', 'camera', 'projection', 'arc-shape', 'emphasis'].map((name) => import(`/js/map/${name}.js`)));
      const camera = new Camera();
      camera.resize(800, 500, { top: 0, right: 0, bottom: 0, left: 0 });
      camera.restore({ view: 'globe', lon: 20, lat: 20 });
      camera.morph = morph;
      const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 500 });
      const layer = new ArcLayer(canvas, camera, { shows: () => true }, new Emphasis(() => null), 'webgl2');
      layer.still = true;
      const message = { lat: 48, lon: -20, accuracy: 'city', country: 'ZZ', sensor: 's', type: 'scan', severity: 'high', count: 8, span: { after: '0', upTo: '1' } };
      layer.add(message, { ...placeOf(60, 10), onScreen: false }, 1, 1);
      layer.draw(1.5);
      const gl = canvas.getContext('webgl2');
      const alpha = ([x, y]) => {
        const pixel = new Uint8Array(4);
        gl.readPixels(Math.round(x), Math.round(500 - y), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
        return pixel[3];
      };
      const way = wayOf(layer.visible(1.5)[0], camera);
      const on = [0.2, 0.35, 0.65, 0.8].map((t) => alpha(way(t)));
      const [x, y] = way(0.35);
      return { on, off: [alpha([x, y - 30]), alpha([x, y + 30]), alpha([5, 5])] };
    }""", morph)
    assert min(drawn["on"]) > 0, drawn
    assert max(drawn["off"]) == 0, drawn


def test_the_budget_is_twenty_thousand_and_every_event_has_a_fate(open_map):
    page = open_map()
    books = page.evaluate("""async () => {
      const [{ ArcSet }, { WebGLArcs }, { placeOf }] = await Promise.all(['arc-set', 'webgl-arcs', 'projection'].map((name) => import(`/js/map/${name}.js`)));
      const arcs = new ArcSet(WebGLArcs.budget);
      const fates = { drawn: 0, merged: 0, shed: 0 };
      const to = { ...placeOf(0, 0), onScreen: false };
      for (let number = 0; number < 25_000; number += 1) {
        const message = { lat: 0, lon: number % 180, accuracy: 'city', country: null, sensor: `s${number % (number < 22_000 ? 22_000 : 1000)}`, type: 'scan', severity: null, count: 1, span: { after: String(number), upTo: String(number + 1) } };
        fates[arcs.add(message, placeOf(number % 180, 0), to, 10, 10).fate] += 1;
      }
      const full = { live: arcs.live.size, used: arcs.used };
      arcs.expire(11);
      const flying = arcs.live.size;
      arcs.expire(60);
      return { fates, full, flying, after: arcs.live.size, used: arcs.used, leaders: arcs.leaders.size };
    }""")
    assert books["full"] == {"live": 20_000, "used": 20_000}
    assert books["fates"]["drawn"] == 20_000
    assert sum(books["fates"].values()) == 25_000
    assert books["flying"] == 20_000
    assert (books["after"], books["used"], books["leaders"]) == (0, 0, 0)


def test_an_arc_that_takes_up_more_lives_longer(open_map):
    page = open_map()
    sizes = page.evaluate("""async () => {
      const [{ ArcSet }, { placeOf }] = await Promise.all(['arc-set', 'projection'].map((name) => import(`/js/map/${name}.js`)));
      const arcs = new ArcSet(1);
      const to = { ...placeOf(0, 0), onScreen: false };
      const message = { lat: 0, lon: 9, accuracy: 'city', country: null, sensor: 's', type: 'scan', severity: null, count: 2, span: { after: '0', upTo: '1' } };
      const { arc } = arcs.add(message, placeOf(9, 0), to, 0, 0);
      const end = arc.end;
      const { fate } = arcs.add({ ...message, span: { after: '1', upTo: '2' } }, placeOf(9, 0), to, end - 1, end - 1);
      arcs.expire(end + 0.6);
      const kept = arcs.live.size;
      const leaders = [...arcs.leaders].map(({ count }) => count);
      arcs.expire(arc.end + 0.6);
      return { fate, longer: arc.end > end, kept, leaders, spans: arc.spans, after: arcs.live.size };
    }""")
    assert sizes == {"fate": "merged", "longer": True, "kept": 1, "leaders": [4], "spans": [{"after": "0", "upTo": "2"}], "after": 0}


@pytest.mark.parametrize(("time", "lon", "lat"), [
    ("2026-06-21T08:25:00Z", 54.2, 23.44), ("2026-03-20T14:46:00Z", -39.6, 0.0), ("2026-11-03T12:00:00Z", -4.1, -15.1), ("2000-02-11T12:00:00Z", 3.55, -14.15),
])
def test_the_sun_stands_where_almanacs_say(open_map, time, lon, lat):
    page = open_map()
    sun = page.evaluate("async (time) => (await import('/js/map/sun.js')).sunAt(Date.parse(time))", time)
    assert abs(sun["lon"] - lon) < 0.2 and abs(sun["lat"] - lat) < 0.15, sun


@pytest.mark.flow
@pytest.mark.parametrize("view", VIEWS)
def test_the_night_can_be_switched_off(open_map, view):
    page = open_map(path=VIEWS[view])
    # The middle of the night, in the view and as the base canvas has it.
    midnight = """async () => {
      const map = document.querySelector('petrel-map');
      const { sunAt } = await import('/js/map/sun.js');
      const { placeOf } = await import('/js/map/projection.js');
      const sun = sunAt(Date.now());
      const lon = sun.lon > 0 ? sun.lon - 180 : sun.lon + 180;
      map.camera.restore({ lon, lat: -sun.lat });
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const canvas = map.querySelector('canvas');
      const [x, y] = map.camera.toScreen(placeOf(lon, -sun.lat));
      const ratio = canvas.width / map.camera.width;
      const at = canvas.getContext('2d').getImageData(x * ratio - 30, y * ratio - 30, 60, 60).data;
      return at.reduce((sum, value) => sum + value, 0);
    }"""
    dark = page.evaluate(midnight)
    act(page, "n", "map-night")
    expect(page.get_by_test_id("map-night")).to_have_attribute("aria-pressed", "false")
    assert "night=off" in page.url
    assert page.evaluate(midnight) > dark
    page.reload()
    expect(page.get_by_test_id("map-night")).to_have_attribute("aria-pressed", "false")


@pytest.mark.flow
def test_a_circle_opens_exactly_the_events_of_its_place(server, open_map, look):
    page = open_map()
    server.ingest(alerts(6, sensor=f"circle-{look}"))
    lat, lon = server.get("api/v1/live/snapshot")["recent"][-1][7:9]
    number = str(server.get(f"api/v1/evidence?lat={lat}&lon={lon}&families=attack")["total"])
    look_at(page, lon, lat, 30)
    circle = page.locator(f'[data-testid="cluster"][data-key="{lat}|{lon}"]')
    expect(circle).to_have_attribute("data-count", number)
    expect(circle).to_have_attribute("data-places", "1")
    if not look.phone:
        circle.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("evidence-total")).to_have_attribute("data-count", number)
        close_drawer(page)
    press(circle)
    expect(page.get_by_test_id("evidence-total")).to_have_attribute("data-count", number)


def test_places_that_overlap_share_a_circle(open_map):
    page = open_map()
    found = page.evaluate("""async () => {
      const [{ clustersOf }, { SourcePlaces }, { Camera }] = await Promise.all(['clusters', 'source-places', 'camera'].map((name) => import(`/js/map/${name}.js`)));
      const camera = new Camera();
      camera.resize(1000, 600, { top: 0, right: 0, bottom: 0, left: 0 });
      const sources = new SourcePlaces();
      const add = (lat, lon, country, count, after, now) => sources.add({ lat, lon, country, accuracy: 'city', count, span: { after: String(after), upTo: String(after + count) } }, now);
      add(52.5, 13.4, 'DE', 3, 0, 1);
      add(50.1, 8.7, 'DE', 4, 3, 1);
      add(35.7, 139.7, 'JP', 2, 7, 2);
      add(52.5, 13.4, 'DE', 1, 9, 3);
      sources.interrupt();
      add(52.5, 13.4, 'DE', 1, 20, 4);
      const shape = () => clustersOf(sources.recent(10), camera).map(({ count, places }) => [count, places.map(({ count: own, spans }) => [own, spans])]);
      const far = shape();
      camera.restore({ lon: 11, lat: 51, zoom: 30 });
      const near = shape();
      return { far, near, quiet: sources.recent(64).map(({ country }) => country), later: sources.recent(65).length };
    }""")
    berlin = [5, [{"after": "0", "upTo": "10"}, {"after": "20", "upTo": "21"}]]
    frankfurt, tokyo = [4, [{"after": "3", "upTo": "7"}]], [2, [{"after": "7", "upTo": "9"}]]
    assert found["far"] == [[9, [berlin, frankfurt]], [2, [tokyo]]]
    assert found["near"] == [[5, [berlin]], [4, [frankfurt]]]
    assert found["quiet"] == ["DE"] and found["later"] == 0


@pytest.mark.flow
@pytest.mark.parametrize("view", VIEWS)
def test_a_click_on_a_country_opens_its_numbers_and_its_page(open_map, view, look):
    page = open_map(path=f"{VIEWS[view]}{NO_ARCS}")
    page.wait_for_function(f"() => {MAP}.camera.width > 1")
    point = on_map(page, "map => { const box = map.getBoundingClientRect(); return [map.camera.middle[0] + box.left, map.camera.middle[1] + box.top]; }")
    look_at(page, 67, 48, 3)
    if look.phone:
        press_at(page, *point)
    else:
        page.locator("petrel-map").focus()
        page.keyboard.press("Enter")
    title = page.locator("#drawer-title")
    expect(title).to_have_text("Country Kazakhstan")
    facts = page.get_by_test_id("country-facts")
    expect(facts).to_have_attribute("data-count", page.get_by_test_id("evidence-total").get_attribute("data-count"))
    expect(page.get_by_test_id("country-page")).to_have_attribute("href", re.compile(r"/entity/country/KZ$"))
    close_drawer(page)
    look_at(page, 134, -25, 3)
    press_at(page, *point)
    expect(title).to_have_text("Country Australia")


SURPRISES = {"values": [{"value": "CN", "count": 9, "mean": 0.5, "score": 4.0, "first": "", "first_seen_today": True},
                        {"value": "US", "count": 9, "mean": 9, "score": 0.0, "first": "", "first_seen_today": False}], "days": 14}
LOOKS = """map => ['CN', 'US', 'FR'].map((country) => map.emphasis.lookOf({ message: { country, severity: 'low' }, count: 4 }))"""


@pytest.mark.flow
def test_arcs_stand_out_by_volume_or_by_surprise(open_map, new_context):
    context = new_context()
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(json=SURPRISES)

    context.route("**/api/v1/surprise?*", answer)
    page = open_map(context)
    by_volume = on_map(page, LOOKS)
    assert by_volume[0] == by_volume[1] == by_volume[2] and by_volume[0]["dim"] == 0
    act(page, "e", "map-surprise")
    page.wait_for_function(f"() => {MAP}.emphasis.surprises && {MAP}.emphasis.lookOf({{ message: {{ country: 'CN' }}, count: 1 }}).dim === 0")
    unusual, usual, unheard = on_map(page, LOOKS)
    assert unusual["halfWidth"] > usual["halfWidth"] and usual["dim"] > 0.5 and usual == unheard
    assert "field=source.geo.country_iso_code" in asked[0] and "emphasis=surprise" in page.url
    expect(page.get_by_test_id("map-surprise")).to_have_attribute("aria-pressed", "true")
    press(page.get_by_test_id("map-surprise"))
    assert on_map(page, LOOKS) == by_volume and "emphasis" not in page.url


@pytest.mark.flow
def test_without_history_there_is_no_surprise_and_the_button_says_so(open_map):
    page = open_map()
    button = page.get_by_test_id("map-surprise")
    press(button)
    assert "emphasis=surprise" in page.url
    # A finger sees no tooltip.
    expect(page.get_by_test_id("map-tool-reason")).to_contain_text("no day before to compare with")
    expect(button).to_have_attribute("title", re.compile("no day before to compare with"))
    expect(button).to_have_class(re.compile("faulty"))
    assert on_map(page, "map => map.emphasis.surprises") is False


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_key_says_how_exactly_places_are_known(open_map, new_context, size, scheme):
    page = open_map(new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True))
    page.get_by_test_id("legend-key").click()
    key = page.locator(".key-menu")
    expect(key).to_be_visible()
    for word in ("Dot", "Ring", "Circle", "Dashed circle", "Diamond", "only the country"):
        expect(key).to_contain_text(word, ignore_case=True)
    unplaced = on_map(page, "() => import('/js/format.js').then(({ counted }) => counted(Number(document.querySelector('[data-testid=unplaced-private]').textContent), 'event'))")
    expect(page.get_by_test_id("key-tray")).to_contain_text(f"Beside the map: {unplaced} from private")
    box = key.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= SIZES[size]["width"]
    found = Axe().run(page, {"include": [".key-menu"]}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    page.keyboard.press("Escape")
    expect(key).to_be_hidden()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_the_globe(server, open_map, new_context, scheme, size):
    page = open_map(new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True), "?view=globe")
    look_at(page, -97, 38)
    server.ingest(alerts(4, sensor="axe-globe"))
    page.get_by_test_id("cluster").first.wait_for()
    page.keyboard.press("Space")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    if size == "phone":
        assert page.evaluate("document.documentElement.scrollWidth") == 390

"""Who draws the arcs: WebGL 2 where it is fast, else Canvas 2D, or what the viewer chose."""

import pytest
from playwright.sync_api import expect
from touch import show_panel
from workbench import alert

#: The browser of these tests draws WebGL in software and says so; with this it names a graphics card.
GRAPHICS_CARD = """() => {
  const getParameter = WebGL2RenderingContext.prototype.getParameter;
  const unmaskedRenderer = 0x9246;
  WebGL2RenderingContext.prototype.getParameter = function (name) { return name === unmaskedRenderer ? 'Invented GPU 3000' : getParameter.call(this, name); };
}"""
#: A browser that knows that its WebGL is slow, whatever it calls itself.
CAVEAT = """() => {
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return kind === 'webgl2' && options?.failIfMajorPerformanceCaveat ? null : getContext.call(this, kind, options);
  };
}"""
NO_WEBGL = """() => {
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind === '2d' ? getContext.call(this, kind, ...rest) : null; };
}"""
#: Frames as slow as on a weak graphics card, by the page's own clock: nobody waits for them.
SLOW_FRAMES = """() => {
  let late = 0;
  const ask = window.requestAnimationFrame.bind(window);
  const now = performance.now.bind(performance);
  window.requestAnimationFrame = (callback) => ask((time) => { late += 400; callback(time + late); });
  performance.now = () => now() + late;
}"""
#: Wide enough for the panels; in software WebGL pays for every pixel.
SMALL = {"width": 900, "height": 500}
ARCS = "() => document.querySelector('petrel-map').arcCount()"


def drawn_by(page, kind, budget):
    expect(page.locator("petrel-map")).to_have_attribute("data-renderer", kind)
    expect(page.get_by_test_id("arc-budget")).to_have_text(f"Up to {budget} arcs")


def wait_for_arcs(page, least):
    page.wait_for_function(f"least => ({ARCS})() >= least", arg=least)


def test_where_webgl_is_software_the_canvas_draws(server, open_map):
    page = open_map()
    drawn_by(page, "canvas", "300")
    expect(page.get_by_test_id("renderer")).to_have_value("auto")
    expect(page.get_by_test_id("renderer").locator("option").first).to_have_text("Auto: Canvas 2D")
    assert "renderer=" not in page.url


def test_where_webgl_is_fast_it_draws(server, open_map, new_context):
    context = new_context(viewport=SMALL)
    context.add_init_script(f"({GRAPHICS_CARD})()")
    page = open_map(context)
    drawn_by(page, "webgl2", "20,000")
    server.ingest([alert("fast", ago=0.1, source="8.8.8.8") for _ in range(3)])
    wait_for_arcs(page, 1)


def test_where_the_browser_knows_better_than_the_name_the_canvas_draws(open_map, new_context):
    context = new_context(viewport=SMALL)
    context.add_init_script(f"({GRAPHICS_CARD})(); ({CAVEAT})()")
    page = open_map(context)
    drawn_by(page, "canvas", "300")


def test_without_webgl_a_link_that_asks_for_it_shows_the_map(server, open_map, new_context):
    context = new_context(viewport=SMALL)
    context.add_init_script(f"({NO_WEBGL})()")
    drawn_by(open_map(context, "?renderer=webgl2"), "canvas", "300")


@pytest.mark.flow
def test_the_viewer_chooses_and_the_link_tells(server, open_map, new_context, look):
    page = open_map(new_context(**({} if look.phone else {"viewport": SMALL})))
    show_panel(page, "gauges")
    server.ingest([alert("choose", ago=0.1, source=f"8.8.8.{index}") for index in range(5)])
    wait_for_arcs(page, 1)
    for choice, kind, budget in (("canvas", "canvas", "300"), ("webgl2", "webgl2", "20,000")):
        page.get_by_test_id("renderer").select_option(choice)
        drawn_by(page, kind, budget)
        assert f"renderer={choice}" in page.url
        assert page.locator("canvas.map-canvas").count() == 2
    page.reload()
    drawn_by(page, "webgl2", "20,000")
    expect(page.get_by_test_id("renderer")).to_have_value("webgl2")
    show_panel(page, "gauges")
    page.get_by_test_id("renderer").select_option("auto")
    drawn_by(page, "canvas", "300")
    assert "renderer=" not in page.url


def fly_for_slow_seconds(server, page):
    """Keeps arcs in the air for more frames of 400 ms than the map bears with."""
    page.evaluate("() => { window.frames = 0; const count = () => { window.frames += 1; requestAnimationFrame(count); }; count(); }")
    for number in range(1, 7):
        server.ingest([alert("slow", ago=0.1, source=f"8.8.{number}.{index}") for index in range(4)])
        page.wait_for_function("least => window.frames >= least", arg=number * 5)


def test_slow_frames_lead_to_the_canvas_and_arcs_fly_on(server, open_map, new_context):
    context = new_context(viewport=SMALL)
    context.add_init_script(f"({GRAPHICS_CARD})(); ({SLOW_FRAMES})()")
    page = open_map(context)
    expect(page.locator("petrel-map")).to_have_attribute("data-renderer", "webgl2")
    fly_for_slow_seconds(server, page)
    drawn_by(page, "canvas", "300")
    assert "renderer=" not in page.url
    # Another choice of how to draw does not bring it back.
    page.keyboard.press("n")
    expect(page.get_by_test_id("map-night")).to_have_attribute("aria-pressed", "false")
    drawn_by(page, "canvas", "300")


def test_a_viewer_who_chose_webgl_keeps_it_however_slow(server, open_map, new_context):
    context = new_context(viewport=SMALL)
    context.add_init_script(f"({SLOW_FRAMES})()")
    page = open_map(context, "?renderer=webgl2")
    fly_for_slow_seconds(server, page)
    drawn_by(page, "webgl2", "20,000")


def test_beyond_its_budget_the_canvas_merges_and_sheds_in_the_books(server, open_map):
    page = open_map(path="?renderer=canvas")
    # Two thousand places within a second: more than can be drawn one by one.
    server.ingest([alert("crowd", ago=0.001 * index, source=f"{1 + index % 200}.{index % 7}.{index // 200}.1") for index in range(2000)])
    stored = server.get("api/v1/live/snapshot")["totals"]["stored"]
    page.wait_for_function("stored => Number(document.querySelector('[data-testid=total-stored]').dataset.count) === stored", arg=stored)
    numbers = {part: int(page.get_by_test_id(f"screen-{part}").get_attribute("data-count")) for part in ("received", "drawn", "merged", "shed")}
    assert numbers["received"] == numbers["drawn"] + numbers["merged"] + numbers["shed"]
    assert page.evaluate(ARCS) <= 300


def test_the_newest_arcs_move_to_the_smaller_budget(open_map):
    page = open_map()
    kept = page.evaluate("""async () => {
      const [{ ArcSet }, { placeOf }] = await Promise.all(['arc-set', 'projection'].map((name) => import(`/js/map/${name}.js`)));
      const before = new ArcSet(1000);
      const to = { ...placeOf(0, 0), onScreen: false };
      const add = (set, number) => set.add({ lat: 0, lon: number, accuracy: 'city', country: null, sensor: `s${number}`, type: 'scan', severity: null, count: 1,
        span: { after: String(number), upTo: String(number + 1) } }, placeOf(number % 180, 0), to, 10, 10);
      for (let number = 0; number < 500; number += 1) add(before, number);
      const after = new ArcSet(300);
      after.adopt(before);
      const sensors = [...after.live.values()].map((arc) => Number(arc.message.sensor.slice(1)));
      const slots = new Set([...after.live.values()].map((arc) => arc.slot));
      const more = add(after, 499).fate;
      after.expire(60);
      return { size: sensors.length, least: Math.min(...sensors), slots: slots.size, more, left: after.live.size };
    }""")
    assert kept == {"size": 300, "least": 200, "slots": 300, "more": "merged", "left": 0}

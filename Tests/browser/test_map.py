"""The map page against a running server, in a real browser."""

import itertools
import re
from datetime import datetime, timedelta, timezone

import pytest
from looks import Look
from playwright.sync_api import expect
from touch import act, close_drawer, finger_on, press, press_at, show_panel
from workbench import map_state

PAYLOAD = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TABS = 12
#: CSS pixels; what is smaller is missed (WCAG asks for 24, the makers of phones for 44 to 48).
FINGER = 40
serial = itertools.count(1)


def alerts(number, source="8.8.8.8", sensor="browser-test", signature="ET SCAN browser test", **more):
    """EVE alerts of now, each different from every other."""
    now = datetime.now(timezone.utc)
    for index in range(number):
        yield {
            "timestamp": (now - timedelta(milliseconds=number - index)).strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
            "flow_id": next(serial), "event_type": "alert", "host": sensor,
            "src_ip": source, "src_port": 40000 + index % 20000, "dest_ip": "203.0.113.5", "dest_port": 445, "proto": "TCP",
            "alert": {"action": "allowed", "gid": 1, "signature_id": 2000001, "rev": 1, "signature": signature,
                      "category": "Attempted Administrator Privilege Gain", "severity": 1},
            **more,
        }


def number(page, testid):
    return int(page.get_by_test_id(testid).get_attribute("data-count"))


def wait_for_attacks(page, least):
    page.wait_for_function("least => Number(document.querySelector('[data-testid=total-attacks]').dataset.count) >= least", arg=least)


def wait_for_stored(page, stored):
    page.wait_for_function("stored => Number(document.querySelector('[data-testid=total-stored]').dataset.count) === stored", arg=stored)


ARC_OF = """sensor => {
  const map = document.querySelector('petrel-map');
  for (let index = 0; index < map.arcCount(); index += 1) {
    const arc = map.arcAt(index);
    if (arc && arc.key.includes(`|${sensor}|`)) return arc;
  }
  return null;
}"""


def flown_arc(page, sensor):
    """A clickable point of an arc to the sensor."""
    return page.wait_for_function(ARC_OF, arg=sensor).json_value()


PAUSED_ON_ARC = f"""async sensor => {{
  const find = {ARC_OF};
  if (!find(sensor)) return null;
  const pause = document.querySelector('[data-testid=action-pause]');
  pause.click();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const arc = find(sensor);
  if (arc && document.querySelector('petrel-map').pick(arc.x, arc.y) === arc.key) return arc;
  pause.click();
  return null;
}}"""


def paused_on_arc(page, sensor):
    """Pauses while an arc to the sensor can be clicked: at their beginnings several lie upon each other, and what says "paused" may lie there."""
    while True:
        flown_arc(page, sensor)
        if arc := page.evaluate(PAUSED_ON_ARC, sensor):
            return arc


@pytest.mark.flow
def test_injected_events_become_arcs(server, open_map, look):
    page = open_map()
    before = number(page, "total-attacks")
    sensor = f"arcs-{look}"
    server.ingest(alerts(3, sensor=sensor))
    wait_for_attacks(page, before + 3)
    assert flown_arc(page, sensor)["count"] >= 1
    expect(page.get_by_test_id("ticker-row").filter(has_text=sensor)).to_have_count(3)


@pytest.mark.flow
def test_an_arc_opens_exactly_its_events(server, open_map, look):
    page = open_map()
    sensor = f"evidence-{look}"
    server.ingest([*alerts(4, sensor=sensor, signature="wanted"), *alerts(5, sensor=f"beside-{look}", signature="unwanted")])
    arc = paused_on_arc(page, sensor)
    press_at(page, arc["x"], arc["y"])
    expect(page.get_by_test_id("evidence-total")).to_have_attribute("data-count", "4")
    rows = page.get_by_test_id("evidence-row")
    expect(rows).to_have_count(4)
    for row in rows.all():
        expect(row).to_contain_text("wanted")
        expect(row).not_to_contain_text("unwanted")
    identity = rows.first.get_attribute("data-id")
    press(rows.first)
    expect(page.get_by_test_id("raw-line")).to_contain_text(sensor)
    assert f"event={identity}" in page.url
    close_drawer(page)
    expect(page.get_by_test_id("drawer")).to_be_hidden()


@pytest.mark.flow
def test_pages_opened_at_different_times_show_the_same_totals(server, open_map, look):
    first = open_map()
    sensor = f"totals-{look}"
    server.ingest(alerts(20, source="8.8.4.4", sensor=sensor))
    # A frame lists twenty rows: the next events are to come in another one.
    wait_for_stored(first, server.get("api/v1/live/snapshot")["totals"]["stored"])
    server.ingest(alerts(7, source="1.1.1.1", sensor=sensor))
    second = open_map()
    wait_for_stored(first, server.get("api/v1/live/snapshot")["totals"]["stored"])
    server.ingest(alerts(5, source="9.9.9.9", sensor=sensor))
    stored = server.get("api/v1/live/snapshot")["totals"]["stored"]
    for page in (first, second):
        wait_for_stored(page, stored)
        # Top lists come once a second.
        expect(page.locator(f'[data-testid="top-row"][data-list="sensors"][data-key="{sensor}"]')).to_have_attribute("data-count", "32")
        page.wait_for_function("() => document.querySelector('[data-testid=ticker-row]').dataset.id === document.querySelector('petrel-totals').dataset.upto")
    assert map_state(first) == map_state(second)


def test_twelve_tabs_stay_live(server, open_map, new_context):
    context = new_context()
    streams = []
    context.on("request", lambda request: streams.append(request.url) if request.url.endswith("api/v1/live") else None)
    pages = [open_map(context) for _ in range(TABS)]
    assert len(streams) == 1, "one stream serves all tabs of a browser"
    server.ingest(alerts(6, sensor="tabs"))
    stored = server.get("api/v1/live/snapshot")["totals"]["stored"]
    for page in pages:
        wait_for_stored(page, stored)
    pages[0].close()
    server.ingest(alerts(6, sensor="tabs"))
    stored = server.get("api/v1/live/snapshot")["totals"]["stored"]
    for page in pages[1:]:
        wait_for_stored(page, stored)
    assert len(streams) == 2, "another tab took the stream over"


def test_tabs_share_the_stream_without_web_locks(server, open_map, new_context):
    context = new_context()
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    streams = []
    context.on("request", lambda request: streams.append(request.url) if request.url.endswith("api/v1/live") else None)
    pages = [open_map(context) for _ in range(3)]
    assert len(streams) == 1
    pages[0].close()
    server.ingest(alerts(2, sensor="lease"))
    stored = server.get("api/v1/live/snapshot")["totals"]["stored"]
    for page in pages[1:]:
        wait_for_stored(page, stored)


@pytest.mark.flow
def test_the_viewer_ledger_balances_through_a_pause(server, open_map):
    page = open_map()
    act(page, "Space", "action-pause")
    before = number(page, "total-attacks")
    server.ingest(alerts(9, sensor="paused"))
    expect(page.get_by_test_id("pause-note")).to_have_attribute("data-count", "9")
    assert number(page, "total-attacks") == before
    act(page, "Space", "action-pause")
    expect(page.get_by_test_id("pause-note")).to_have_text("9 events while paused")
    wait_for_attacks(page, before + 9)
    server.ingest(alerts(4, sensor="paused"))
    wait_for_attacks(page, before + 13)
    received, drawn, merged, shed = (number(page, f"screen-{part}") for part in ("received", "drawn", "merged", "shed"))
    assert received == drawn + merged + shed
    assert shed >= 9


@pytest.mark.flow
def test_the_legend_filters_what_is_drawn_not_what_is_counted(server, open_map, look):
    page = open_map()
    legend = page.locator('[data-testid="legend-type"]')
    for button in legend.all():
        press(button)
    before = number(page, "total-attacks")
    sensor = f"hidden-types-{look}"
    server.ingest(alerts(3, sensor=sensor))
    wait_for_attacks(page, before + 3)
    assert page.evaluate("document.querySelector('petrel-map').arcCount()") == 0
    assert "types=" in page.url
    press(page.get_by_test_id("legend-all"))
    expect(page.get_by_test_id("ticker-row").filter(has_text=sensor)).to_have_count(3)
    assert "types=" not in page.url


@pytest.mark.flow
def test_one_type_is_seen_alone(open_map, look):
    page = open_map()
    scan = page.locator('[data-testid="legend-type"][data-key="scan"]')
    shown = page.locator('[data-testid="legend-type"][aria-pressed="true"]')
    if look.phone:
        with finger_on(scan):
            expect(shown).to_have_count(1)
    else:
        scan.click(modifiers=["Shift"])
    expect(shown).to_have_count(1)
    expect(scan).to_have_attribute("aria-pressed", "true")
    press(page.get_by_test_id("legend-all"))
    expect(shown).to_have_count(page.get_by_test_id("legend-type").count())


@pytest.mark.flow
def test_markup_in_log_fields_is_text(server, open_map):
    page = open_map()
    hostile = {"http": {"hostname": PAYLOAD, "url": PAYLOAD, "http_user_agent": PAYLOAD, "http_refer": PAYLOAD},
               "payload_printable": PAYLOAD, "app_proto": PAYLOAD, "in_iface": PAYLOAD}
    event = next(alerts(1, sensor=PAYLOAD, signature=PAYLOAD, **hostile))
    event["alert"]["category"] = PAYLOAD
    server.ingest([event])
    row = page.get_by_test_id("ticker-row").filter(has_text=PAYLOAD).first
    expect(row).to_be_visible()
    press(row)
    expect(page.get_by_test_id("raw-line")).to_contain_text("onerror")
    expect(page.get_by_test_id("drawer")).to_contain_text(PAYLOAD)
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("script:not([src])").count() == 0


@pytest.mark.flow
def test_an_event_has_a_link(server, open_map, look):
    page = open_map()
    sensor = f"deep-link-{look}"
    server.ingest(alerts(1, sensor=sensor))
    identity = page.get_by_test_id("ticker-row").filter(has_text=sensor).first.get_attribute("data-id")
    linked = open_map(path=f"#event={identity}")
    expect(linked.get_by_test_id("drawer")).to_contain_text(sensor)
    close_drawer(linked)
    expect(linked.get_by_test_id("drawer")).to_be_hidden()
    assert "event=" not in linked.url


@pytest.mark.flow
def test_without_webgl_the_canvas_draws(server, open_map, look):
    page = open_map(path="?renderer=canvas")
    assert page.locator("petrel-map").get_attribute("data-renderer") == "canvas"
    server.ingest(alerts(2, sensor=f"canvas-{look}"))
    assert flown_arc(page, f"canvas-{look}")


#: What can be touched and is too small for a finger or lies under something else; of a row the whole row is touched.
TOO_SMALL = f"""() => [...document.querySelectorAll('button, a[href], select, input, [role=button]')].map((e) => e.closest('tr, label') ?? e).filter((e) => {{
  if (!e.checkVisibility({{ visibilityProperty: true, opacityProperty: true }}) || e.closest('.map-markers, .skip')) return false;
  const box = e.getBoundingClientRect();
  const middle = [box.left + box.width / 2, box.top + box.height / 2];
  if (middle[0] < 0 || middle[1] < 0 || middle[0] > innerWidth || middle[1] > innerHeight) return false;
  const top = document.elementFromPoint(...middle);
  if (!e.contains(top)) return !top.closest('dialog, petrel-drawer, [popover], .legend-end') && !e.closest('.legend-end, .ticker-scroll, .panel');
  return box.width < {FINGER} || box.height < {FINGER};
}}).map((e) => e.outerHTML.slice(0, 120))"""


def test_on_a_phone_everything_fits_and_is_as_large_as_a_finger(server, open_map, new_context):
    page = open_map(new_context(**Look("phone", "dark").options()))
    server.ingest([*alerts(3, sensor="phone-a"), *alerts(3, source="10.0.0.1", sensor="phone-b")])
    expect(page.get_by_test_id("ticker-row").filter(has_text="phone-b")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    def large_enough():
        assert page.evaluate(TOO_SMALL) == []

    large_enough()
    show_panel(page, "tops")
    expect(page.locator("petrel-tops")).to_be_visible()
    expect(page.locator("petrel-ticker")).to_be_hidden()
    large_enough()
    show_panel(page, "gauges")
    expect(page.get_by_test_id("total-attacks")).to_be_visible()
    large_enough()
    page.get_by_test_id("lens").tap()
    page.get_by_test_id("map-filter").tap()
    expect(page.get_by_test_id("query")).to_be_focused()
    large_enough()
    page.get_by_test_id("map-filter").tap()
    page.get_by_test_id("action-replay").tap()
    expect(page.get_by_test_id("replay-slider")).to_be_visible()
    large_enough()
    page.get_by_test_id("replay-close").tap()
    page.get_by_test_id("action-more").tap()
    expect(page.get_by_test_id("more-help")).to_be_visible()
    large_enough()
    page.get_by_test_id("more-help").tap()
    expect(page.locator("petrel-help dialog")).to_be_visible()
    large_enough()
    page.locator("petrel-help dialog .button").tap()
    show_panel(page, "tops")
    page.get_by_test_id("top-row").first.tap()
    expect(page.get_by_test_id("evidence-row").first).to_be_visible()
    large_enough()
    page.get_by_test_id("evidence-row").first.tap()
    expect(page.get_by_test_id("raw-line")).to_be_attached()
    large_enough()


@pytest.mark.flow
def test_the_list_goes_on_unless_somebody_reads_it(server, open_map, look):
    page = open_map()
    rows = page.get_by_test_id("ticker-row")
    server.ingest(alerts(60, sensor=f"first-{look}"))
    expect(rows.filter(has_text=f"first-{look}").first).to_be_visible()
    if look.phone:
        # What was touched last stays hovered; that is no reading.
        rows.first.tap()
        close_drawer(page)
        server.ingest(alerts(1, sensor=f"second-{look}"))
        expect(rows.first).to_contain_text(f"second-{look}")
        page.locator(".ticker-scroll").evaluate("e => { e.scrollTop = 200; }")
    else:
        rows.nth(2).hover()
    server.ingest(alerts(2, sensor=f"third-{look}"))
    expect(page.locator(".held")).to_contain_text("new, held while you read")
    expect(rows.filter(has_text=f"third-{look}")).to_have_count(0)
    if look.phone:
        page.locator(".ticker-scroll").evaluate("e => { e.scrollTop = 0; }")
    else:
        page.mouse.move(700, 300)
    expect(rows.filter(has_text=f"third-{look}")).to_have_count(2)


@pytest.mark.flow
def test_reduced_motion_still_shows_arcs(server, open_map, new_context, look):
    page = open_map(new_context(reduced_motion="reduce"))
    server.ingest(alerts(2, sensor=f"still-{look}"))
    arc = flown_arc(page, f"still-{look}")
    press_at(page, arc["x"], arc["y"])
    expect(page.get_by_test_id("evidence-total")).to_have_attribute("data-count", "2")


@pytest.mark.flow
def test_a_choice_of_theme_is_remembered(open_map, look):
    page = open_map()
    other = {"dark": "light", "light": "dark"}[look.scheme]
    if look.phone:
        page.get_by_test_id("action-more").tap()
    act(page, "t", "more-theme")
    expect(page.locator("html")).to_have_attribute("data-theme", other)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", other)


def post(text):
    """A Bluesky post of now, with an identity of its own."""
    number, now = next(serial), datetime.now(timezone.utc)
    return {
        "did": f"did:plc:author{number}", "time_us": int(now.timestamp() * 1_000_000), "kind": "commit",
        "commit": {"rev": f"rev{number}", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"key{number}", "cid": "c",
                   "record": {"$type": "app.bsky.feed.post", "createdAt": now.isoformat(), "langs": ["en"], "text": text}},
    }


@pytest.mark.flow
def test_a_post_that_names_an_address_is_a_diamond(server, open_map):
    page = open_map()
    before = page.get_by_test_id("post-place").count()
    server.ingest([post("8.8.8.8 is scanning us"), post("nothing to place"), post(f"{PAYLOAD} from 1.1.1.1")], "bluesky")
    marks = page.get_by_test_id("post-place")
    expect(marks).to_have_count(before + 2)
    mark = marks.last
    assert PAYLOAD in mark.get_attribute("aria-label"), "what a post says is text"
    shape = marks.first.locator(".post-mark").evaluate("e => { e.getAnimations().forEach((a) => a.finish()); const s = getComputedStyle(e); return [s.transform, s.borderRadius]; }")
    assert shape[0].startswith("matrix(0.707") and shape[1] == "0px", "a square on its corner; sensors are circles"
    expect(page.get_by_test_id("legend-posts")).to_contain_text("Posts")
    expect(page.get_by_test_id("legend-posts").locator(".number")).to_have_attribute("data-count", re.compile(r"^([3-9]|\d{2,})$"))
    # No other mark lies so near that it takes the press.
    page.evaluate("() => document.querySelector('petrel-map').camera.restore({ lon: 134, lat: -25, zoom: 3 })")
    press(mark)
    expect(page.get_by_test_id("drawer")).to_contain_text("1.1.1.1")
    # A screen that opens later shows them too.
    expect(open_map().get_by_test_id("post-place")).to_have_count(before + 2)


@pytest.mark.flow
def test_diamonds_stand_still_with_reduced_motion(server, open_map, new_context):
    page = open_map(new_context(reduced_motion="reduce"))
    server.ingest([post("9.9.9.9 again")], "bluesky")
    fresh = page.locator(".post-mark.new")
    expect(fresh.first).to_be_visible()
    assert fresh.first.evaluate("e => getComputedStyle(e).animationName") == "none"

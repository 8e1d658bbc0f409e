"""What grows with time on a screen that stays open: nothing without a bound."""

from workbench import alert

EVENTS = 20_000
BATCH = 5_000
#: Rows that the page keeps of the newest events (web/js/live/state.js).
MOST_ROWS = 2_000
#: Elements of the whole map page: 200 rows of the ticker with some ten elements each, lists, legend, marks of the map.
MOST_NODES = 6_000


def instances(page, module, name):
    """Handles of every living object of a class that a module of the page exports."""
    session = page.context.new_cdp_session(page)
    # A class that was asked for is not collected; what it made and nobody holds is, before they are counted.
    session.send("HeapProfiler.collectGarbage")
    prototype = session.send("Runtime.evaluate", {"expression": f"import('{module}').then((m) => m.{name}.prototype)", "awaitPromise": True})
    found = session.send("Runtime.queryObjects", {"prototypeObjectId": prototype["result"]["objectId"]})
    return session, found["objects"]["objectId"]


def retained_rows(page):
    """Rows of events that the page's states hold, as the browser's heap says."""
    session, objects = instances(page, "/js/live/state.js", "LiveState")
    answer = session.send("Runtime.callFunctionOn", {
        "objectId": objects, "functionDeclaration": "function() { return this.map((state) => state.snapshot?.recent.length ?? 0); }", "returnByValue": True})
    return answer["result"]["value"]


def test_twenty_thousand_events_leave_a_bounded_page(server, open_map):
    page = open_map()
    before = server.get("api/v1/live/snapshot")["totals"]["stored"]
    for first in range(0, EVENTS, BATCH):
        server.ingest([alert(f"bounds-{index % 7}", ago=0.001 * (EVENTS - first - index), source=f"198.51.100.{index % 250}", port=index % 60_000)
                       for index in range(BATCH)])
    page.wait_for_function("stored => Number(document.querySelector('[data-testid=total-stored]').dataset.count) === stored", arg=before + EVENTS,
                           timeout=120_000)
    assert page.get_by_test_id("ticker-row").count() <= 200
    assert page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES
    rows = retained_rows(page)
    # The live picture has one, and that of a replay.
    assert len(rows) <= 2 and 0 < max(rows) <= MOST_ROWS
    numbers = {part: int(page.get_by_test_id(f"screen-{part}").get_attribute("data-count")) for part in ("received", "drawn", "merged", "shed")}
    assert numbers["received"] == numbers["drawn"] + numbers["merged"] + numbers["shed"]

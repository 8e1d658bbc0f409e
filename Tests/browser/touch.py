"""What a viewer does with a mouse and keys or, on a phone, with fingers: the same thing by the way that is there."""

import contextlib

#: Narrower windows are phones (css/layout.css).
PHONE_WIDTH = 860
STEPS = 8


def is_phone(page):
    return page.viewport_size["width"] <= PHONE_WIDTH


def press(target):
    """Clicks, or touches."""
    if is_phone(target.page):
        target.tap()
    else:
        target.click()


def press_at(page, x, y):
    """Clicks or touches a point of the window."""
    (page.touchscreen.tap if is_phone(page) else page.mouse.click)(x, y)


def act(page, key, testid):
    """Presses a key; a phone has none, but a button that does the same."""
    if is_phone(page):
        page.get_by_test_id(testid).tap()
    else:
        page.keyboard.press(key)


def close_drawer(page):
    act(page, "Escape", "drawer-close")


def show_panel(page, name):
    """Brings Events, Tops or Gauges up where only one of them has room."""
    if is_phone(page):
        page.locator(f'.tabs [data-tab="{name}"]').tap()


def touches(page):
    """Tells the browser of fingers on the screen: kind of event, and where they are."""
    session = page.context.new_cdp_session(page)

    def tell(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]})

    return tell


def drag(page, start, end):
    """Drags from one point of the window to another, with the mouse or a finger."""
    way = [(start[0] + (end[0] - start[0]) * step / STEPS, start[1] + (end[1] - start[1]) * step / STEPS) for step in range(STEPS + 1)]
    if is_phone(page):
        tell = touches(page)
        tell("touchStart", start)
        # A move with each picture, and the finger rests before it leaves: a browser takes a tap that follows a fling for the fling's end.
        for point in [*way[1:], end, end]:
            tell("touchMove", point)
            page.evaluate("() => new Promise(requestAnimationFrame)")
        tell("touchEnd")
    else:
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=STEPS)
        page.mouse.up()


def pinch(page, middle, before, after):
    """Moves two fingers that are so far apart until they are as far apart as wanted, around a point of the window."""
    tell = touches(page)

    def fingers(apart):
        return [(middle[0] - apart / 2, middle[1]), (middle[0] + apart / 2, middle[1])]

    tell("touchStart", fingers(before)[0])
    tell("touchStart", *fingers(before))
    for step in range(1, STEPS + 1):
        tell("touchMove", *fingers(before + (after - before) * step / STEPS))
    tell("touchEnd", fingers(after)[0])
    tell("touchEnd")


@contextlib.contextmanager
def finger_on(target):
    """A finger that stays on something until the block ends."""
    box = target.bounding_box()
    tell = touches(target.page)
    tell("touchStart", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    yield
    tell("touchEnd")

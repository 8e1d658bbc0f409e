"""What a screen loads, and when it asks for it."""

import pytest

SCREENS = {"map": "", "explore": "explore", "entity": "entity/port/22", "sources": "sources", "board": "board"}


@pytest.mark.parametrize("screen", SCREENS)
def test_every_module_is_asked_for_once_and_at_once(open_screen, screen):
    page = open_screen(SCREENS[screen])
    page.wait_for_load_state("load")
    asked, linked, script = page.evaluate("""() => [
      performance.getEntriesByType('resource').map((e) => e.name).filter((name) => name.endsWith('.js')),
      [...document.querySelectorAll('link[rel=modulepreload]')].map((e) => e.href),
      document.querySelector('script[type=module]').src]""")
    assert len(asked) == len(set(asked)) > 20
    assert set(asked) == {*linked, script}

"""Contrast, names and roles, checked by axe in both themes and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(open_map, new_context, scheme, size):
    # axe puts itself into the page as an inline script, which the page's policy rightly forbids.
    page = open_map(new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True))
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []

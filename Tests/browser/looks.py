"""The windows and themes in which every flow of the screens is walked through."""

import os
import zlib
from typing import NamedTuple

import pytest
from workbench import SCHEMES, SIZES


WINDOWS = {"desktop": {"width": 1440, "height": 900}, "phone": SIZES["phone"]}


class Look(NamedTuple):
    """A viewer's window and theme; a phone is one that is touched."""

    window: str
    scheme: str

    @property
    def phone(self):
        return self.window == "phone"

    def options(self):
        """What a browser context of this viewer is made with."""
        touched = {"has_touch": True, "is_mobile": True} if self.phone else {}
        return {"viewport": WINDOWS[self.window], "color_scheme": self.scheme, **touched}

    def __str__(self):
        return f"{self.window}-{self.scheme}"


ALL = [Look(window, scheme) for window in WINDOWS for scheme in SCHEMES]
#: What a test that is no flow is shown in.
DESK = Look("desktop", "dark")


def is_slow():
    return os.environ.get("PETREL_SLOW") == "1"


def looks_of(flow):
    """The looks of a flow: both widths, each in another theme, which of them by its name; with PETREL_SLOW=1 all four."""
    if is_slow():
        return ALL
    turned = zlib.crc32(flow.encode()) % 2
    return [Look("desktop", SCHEMES[turned]), Look("phone", SCHEMES[1 - turned])]


def in_turn(names, values):
    """Parametrizes a flow that is the same for many values: each in one look, the looks in turn; with PETREL_SLOW=1 each in all."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    looked = [(*row, look) for index, row in enumerate(rows) for look in (ALL if is_slow() else [ALL[index % len(ALL)]])]
    return pytest.mark.parametrize(f"{names},look", looked, ids=["-".join(map(str, row)) for row in looked], indirect=["look"])

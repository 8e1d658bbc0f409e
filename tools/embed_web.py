#!/usr/bin/env python3
"""Writes Sources/CWebAssets/assets.c: the list of the files of web/ that are built into the program.

Run it after adding, renaming or removing a file there; a test fails when the list is not true. The files themselves are taken in
by the compiler (#embed), so changing one needs nothing.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "Sources" / "CWebAssets" / "assets.c"
KINDS = {".html", ".js", ".css", ".svg", ".webmanifest"}


def render() -> str:
    """The text of assets.c for what is in web/ now."""
    paths = sorted(p.relative_to(ROOT / "web").as_posix() for p in (ROOT / "web").rglob("*") if p.suffix in KINDS)
    lines = ["// Written by tools/embed_web.py; do not edit.", '#include "web_assets.h"', ""]
    for number, path in enumerate(paths):
        lines += [f"static const unsigned char file{number}[] = {{", f'#embed "../../web/{path}"', "};", ""]
    lines += ["static const struct petrel_web_asset assets[] = {"]
    lines += [f'    {{"{path}", file{number}, sizeof file{number}}},' for number, path in enumerate(paths)]
    lines += ["};", "", "const int petrel_web_asset_count = sizeof assets / sizeof assets[0];", ""]
    lines += ["struct petrel_web_asset petrel_web_asset(int index) { return assets[index]; }", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    text = render()
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == text else "Sources/CWebAssets/assets.c is not true; run tools/embed_web.py")
    TARGET.write_text(text)

"""Builds Petrel's data files from pinned packages; `tools/assets.py` is the entry point."""

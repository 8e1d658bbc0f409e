"""Flat tables of address ranges in the binary format that Petrel maps into memory.

Layout, little-endian, every section padded with zeros to 8 bytes:

    8 bytes   magic "PTRLRNG1"
    4 × u32   v4count, v6count, valueCount, stringBytes
    u32[]     v4 starts, sorted; a range runs to the next start − 1, the last to the end of the space
    u32[]     v4 values: index into the values, 0 = none
    u64[2][]  v6 starts as (high, low)
    u32[]     v6 values
    3×u32[]   values: number, string offset, string length; entry 0 is (0, 0, 0) = none
    bytes     the strings, UTF-8

A look-up is a binary search for the last start ≤ the address.
"""

import socket
import struct
import sys
from array import array

MAGIC = b"PTRLRNG1"
V4_END = 1 << 32
V6_END = 1 << 128


class Table:
    """Collects sorted, non-overlapping ranges of both families and encodes them."""

    def __init__(self):
        self._values = {None: 0}
        self._starts = {4: [], 6: []}
        self._indexes = {4: [], 6: []}
        self._next = {4: 0, 6: 0}

    def add(self, family, start, end, value):
        """Appends [start, end] with `value`, a (number, string) pair or None for none."""
        if start < self._next[family]:
            raise ValueError(f"IPv{family} ranges are not sorted at {start:#x}")
        if start > self._next[family]:
            self._put(family, self._next[family], None)
        self._put(family, start, value)
        self._next[family] = end + 1

    def _put(self, family, start, value):
        index = self._values.setdefault(value, len(self._values))
        indexes = self._indexes[family]
        if not indexes or indexes[-1] != index:
            self._starts[family].append(start)
            indexes.append(index)

    def encode(self):
        """The table's bytes; equal ranges that touch are already one."""
        for family, end in ((4, V4_END), (6, V6_END)):
            if self._next[family] < end:
                self._put(family, self._next[family], None)
        strings, offsets, values = bytearray(), {}, []
        for value in self._values:
            number, text = value or (0, "")
            raw = text.encode()
            if raw not in offsets:
                offsets[raw] = len(strings)
                strings += raw
            values += (number, offsets[raw] if raw else 0, len(raw))
        v6 = [half for start in self._starts[6] for half in (start >> 64, start & (1 << 64) - 1)]
        header = struct.pack("<8s4I", MAGIC, len(self._starts[4]), len(self._starts[6]), len(self._values), len(strings))
        return b"".join(
            section + bytes(-len(section) % 8)
            for section in (
                header,
                _packed("I", self._starts[4]),
                _packed("I", self._indexes[4]),
                _packed("Q", v6),
                _packed("I", self._indexes[6]),
                _packed("I", values),
                bytes(strings),
            )
        )

    @property
    def counts(self):
        """Number of IPv4 ranges, IPv6 ranges and distinct values."""
        return len(self._starts[4]), len(self._starts[6]), len(self._values)


def _packed(kind, numbers):
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def country_table(v4_lines, v6_lines):
    """The table of tor-geoipdb's text files: `start,end,CC` per line, `??` = unknown."""
    table = Table()
    for family, lines, number in ((4, v4_lines, int), (6, v6_lines, _v6_number)):
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            start, end, code = line.strip().split(",")
            known = len(code) == 2 and code.isalpha()
            table.add(family, number(start), number(end), (0, code) if known else None)
    return table


def _v6_number(text):
    return int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")


def asn_table(lines):
    """The table of `location dump`: blocks of `key: value` lines, networks sorted by address.

    Networks nest, a wider one first; the most specific one decides, also when it names no AS.
    """
    names, networks = {}, []
    block = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            block[key] = value.strip()
        elif block and not line.strip():
            _take_block(block, names, networks)
            block = {}
    _take_block(block, names, networks)
    table = Table()
    for family, bits in ((4, 32), (6, 128)):
        own = sorted((n[1:] for n in networks if n[0] == family), key=lambda n: (n[0], -n[1]))
        for start, end, number in flatten(own):
            table.add(family, start, end, (number, names.get(number, "")) if number else None)
    return table


def _take_block(block, names, networks):
    if "net" in block:
        text, _, prefix = block["net"].partition("/")
        family, kind, bits = (6, socket.AF_INET6, 128) if ":" in text else (4, socket.AF_INET, 32)
        start = int.from_bytes(socket.inet_pton(kind, text), "big")
        end = start + (1 << bits - int(prefix)) - 1
        networks.append((family, start, end, int(block.get("aut-num", 0))))
    elif "aut-num" in block:
        names[int(block["aut-num"].removeprefix("AS"))] = block.get("name", "")


def flatten(nested):
    """Yields disjoint (start, end, value) from nested ones sorted by start, wider first."""
    open_ranges, position = [], 0
    for start, end, value in nested:
        while open_ranges and open_ranges[-1][0] < start:
            outer_end, outer_value = open_ranges.pop()
            if position <= outer_end:
                yield position, outer_end, outer_value
                position = outer_end + 1
        if open_ranges and position < start:
            yield position, start - 1, open_ranges[-1][1]
        position = start
        open_ranges.append((end, value))
    while open_ranges:
        outer_end, outer_value = open_ranges.pop()
        if position <= outer_end:
            yield position, outer_end, outer_value
            position = outer_end + 1

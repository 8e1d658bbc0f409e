"""Reads polygons (.shp) and their attributes (.dbf): only what Natural Earth's country file needs.

Formats: ESRI Shapefile Technical Description (1998), dBASE III table.
"""

import struct

POLYGON = 5


def read_attributes(dbf):
    """One dict of stripped strings per record."""
    count, header_length, record_length = struct.unpack_from("<IHH", dbf, 4)
    fields, offset = [], 32
    while dbf[offset] != 0x0D:
        name = dbf[offset : offset + 11].split(b"\0")[0].decode("ascii")
        fields.append((name, dbf[offset + 16]))
        offset += 32
    records = []
    for index in range(count):
        position, record = header_length + index * record_length + 1, {}
        for name, length in fields:
            record[name] = dbf[position : position + length].decode("utf-8", "replace").strip("\0 ")
            position += length
        records.append(record)
    return records


def read_polygons(shp):
    """One list of rings per record; a ring is a list of (x, y) whose last point is not the first again."""
    polygons, offset = [], 100
    while offset < len(shp):
        (words,) = struct.unpack_from(">I", shp, offset + 4)
        body = offset + 8
        (kind,) = struct.unpack_from("<i", shp, body)
        if kind != POLYGON:
            raise ValueError(f"shape type {kind} in record {len(polygons) + 1}, expected polygons ({POLYGON})")
        parts, points = struct.unpack_from("<2i", shp, body + 36)
        starts = list(struct.unpack_from(f"<{parts}i", shp, body + 44)) + [points]
        numbers = struct.unpack_from(f"<{2 * points}d", shp, body + 44 + 4 * parts)
        pairs = list(zip(numbers[::2], numbers[1::2]))
        polygons.append([pairs[a : b - 1] for a, b in zip(starts, starts[1:])])
        offset = body + 2 * words
    return polygons

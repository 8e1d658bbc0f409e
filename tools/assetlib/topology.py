"""Simplifies polygons so that neighbours keep one common border.

Rings are cut into arcs at the points where borders meet or part. An arc that two countries share is simplified once,
in one direction, so that no crack opens between them.
"""

import math


def simplify_rings(rings, tolerance, smallest):
    """Simplified copies of `rings`, in the same order; a ring narrower than `smallest` degrees may become empty.

    Douglas-Peucker with `tolerance` in degrees; short arcs get a proportionally finer one, so that small countries
    keep a shape. A ring is an open list of (x, y); its first point follows its last.
    """
    junctions = find_junctions(rings)
    cache = {}
    return [
        [point for arc in cut(ring, junctions) for point in _simplified(arc, tolerance, cache)[:-1]]
        if extent(ring) >= smallest
        else []
        for ring in rings
    ]


def find_junctions(rings):
    """Points whose neighbours differ between the rings (or passes) that visit them."""
    neighbours, junctions = {}, set()
    for ring in rings:
        for index, point in enumerate(ring):
            before, after = ring[index - 1], ring[(index + 1) % len(ring)]
            pair = (before, after) if before < after else (after, before)
            if neighbours.setdefault(point, pair) != pair:
                junctions.add(point)
    return junctions


def cut(ring, junctions):
    """The ring's arcs, each a list of points from junction to junction; a ring without any starts at its least point."""
    stops = [index for index, point in enumerate(ring) if point in junctions] or [ring.index(min(ring))]
    return [
        ring[a : b + 1] if b > a else ring[a:] + ring[: b + 1]
        for a, b in zip(stops, stops[1:] + stops[:1])
    ]


def extent(points):
    """The longer side of the bounding box, in degrees."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _simplified(arc, tolerance, cache):
    """The arc simplified in its canonical direction, and turned back if that is not its own."""
    backwards = (arc[-1], arc[-2]) < (arc[0], arc[1])
    canonical = tuple(arc[::-1] if backwards else arc)
    if canonical not in cache:
        cache[canonical] = douglas_peucker(canonical, min(tolerance, extent(canonical) / 12))
    return cache[canonical][::-1] if backwards else cache[canonical]


def douglas_peucker(points, tolerance):
    """The points whose omission would move the line by more than `tolerance`; both ends stay."""
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    limit = tolerance * tolerance
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        (ax, ay), (bx, by) = points[first], points[last]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, at = -1.0, first
        for index in range(first + 1, last):
            px, py = points[index][0] - ax, points[index][1] - ay
            if length:
                along = px * dx + py * dy
                if along <= 0:
                    distance = px * px + py * py
                elif along >= length:
                    distance = (px - dx) ** 2 + (py - dy) ** 2
                else:
                    distance = (px * dy - py * dx) ** 2 / length
            else:
                distance = px * px + py * py
            if distance > worst:
                worst, at = distance, index
        if worst > limit:
            keep.add(at)
            stack += ((first, at), (at, last))
    return [points[index] for index in sorted(keep)]


def quantise(ring, scale):
    """The ring in whole units of 1/scale degree without repeated points; empty if nothing with an area remains."""
    whole = []
    for x, y in ring:
        point = (math.floor(x * scale + 0.5), math.floor(y * scale + 0.5))
        if not whole or whole[-1] != point:
            whole.append(point)
    while len(whole) > 1 and whole[0] == whole[-1]:
        whole.pop()
    return whole if len(set(whole)) > 2 and area(whole) else []


def area(ring):
    """Twice the ring's signed area."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1]))

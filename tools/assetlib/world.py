"""Country outlines and label points from Natural Earth's admin-0 shapefile."""

from . import shapefile, topology

SCALE = 100  # units per degree in world.json
TOLERANCE = 0.07  # degrees
SMALLEST_ISLAND = 0.2  # degrees; a country's largest ring stays whatever its size

# Short English names where Natural Earth's NAME_EN is longer or unusual.
NAMES = {
    "AX": "Åland Islands", "BS": "Bahamas", "CD": "DR Congo", "CG": "Congo", "CN": "China", "CZ": "Czechia",
    "FM": "Micronesia", "GM": "Gambia", "MO": "Macao", "TL": "Timor-Leste", "US": "United States",
}

# Territories with a code of their own that Natural Earth draws as part of a country: name, lat, lon, continent.
TERRITORIES = {
    "BQ": ("Caribbean Netherlands", 12.18, -68.24, "North America"),
    "BV": ("Bouvet Island", -54.42, 3.36, "Antarctica"),
    "CC": ("Cocos (Keeling) Islands", -12.16, 96.87, "Asia"),
    "CX": ("Christmas Island", -10.49, 105.67, "Asia"),
    "GF": ("French Guiana", 3.93, -53.13, "South America"),
    "GP": ("Guadeloupe", 16.24, -61.53, "North America"),
    "MQ": ("Martinique", 14.64, -61.02, "North America"),
    "RE": ("Réunion", -21.13, 55.53, "Africa"),
    "SJ": ("Svalbard and Jan Mayen", 78.7, 16.3, "Europe"),
    "TK": ("Tokelau", -9.17, -171.82, "Oceania"),
    "YT": ("Mayotte", -12.83, 45.15, "Africa"),
}


def outlines_and_labels(shp, dbf):
    """The contents of world.json and countries.json."""
    records = shapefile.read_attributes(dbf)
    polygons = shapefile.read_polygons(shp)
    rings = [(index, ring) for index, polygon in enumerate(polygons) for ring in polygon]
    simplified = topology.simplify_rings([ring for _, ring in rings], TOLERANCE, SMALLEST_ISLAND)
    outlines = [[] for _ in polygons]
    for (index, _), ring in zip(rings, simplified):
        outlines[index].append(ring)
    countries = {}
    for index in _largest_per_code(records, polygons):
        whole = [ring for ring in (topology.quantise(r, SCALE) for r in outlines[index] if r) if ring]
        countries[records[index]["ISO_A2_EH"]] = (records[index], whole or [_stand_in(polygons[index])])
    ordered = sorted(countries.items())
    world = {
        "scale": SCALE,
        "countries": [
            {"cc": code, "name": _name(code, record), "label": _label(record), "rings": [_deltas(r) for r in whole]}
            for code, (record, whole) in ordered
        ],
    }
    labels = {
        code: {"name": _name(code, record), "lat": _label(record)[1], "lon": _label(record)[0], "continent": _continent(record)}
        for code, (record, _) in ordered
    }
    for code, (name, lat, lon, continent) in TERRITORIES.items():
        labels.setdefault(code, {"name": name, "lat": lat, "lon": lon, "continent": continent})
    return world, dict(sorted(labels.items()))


def _largest_per_code(records, polygons):
    """Index of the record with the largest area for each ISO code: Clipperton, too, carries FR."""
    best = {}
    for index, (record, polygon) in enumerate(zip(records, polygons)):
        code = record["ISO_A2_EH"]  # unlike ISO_A2 it is filled for France, Norway, Kosovo and Taiwan
        if len(code) == 2 and code.isalpha():
            size = sum(abs(topology.area(ring)) for ring in polygon)
            best[code] = max(best.get(code, (0, index)), (size, index))
    return [index for _, index in best.values()]


def _stand_in(polygon):
    """A small diamond for a country that vanishes at this scale."""
    ring = max(polygon, key=lambda r: abs(topology.area(r)))
    x, y = (round(SCALE * sum(p[axis] for p in ring) / len(ring)) for axis in (0, 1))
    return [(x, y + 2), (x + 2, y), (x, y - 2), (x - 2, y)]


def _deltas(ring):
    """First point absolute, each further point relative to the one before."""
    flat = list(ring[0])
    for (ax, ay), (bx, by) in zip(ring, ring[1:]):
        flat += (bx - ax, by - ay)
    return flat


def _name(code, record):
    return NAMES.get(code, record["NAME_EN"])


def _label(record):
    return [round(float(record["LABEL_X"]), 2), round(float(record["LABEL_Y"]), 2)]


def _continent(record):
    """Natural Earth files islands under 'Seven seas'; the UN's region is more useful there."""
    if not record["CONTINENT"].startswith("Seven seas"):
        return record["CONTINENT"]
    region = record["REGION_UN"]
    if region != "Americas":
        return region
    return "North America" if float(record["LABEL_Y"]) > 13 else "South America"

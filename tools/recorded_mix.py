#!/usr/bin/env python3
"""Makes one stretch of events of several recorded logs, so that a screen can be looked at with all of them at once.

    python3 tools/recorded_mix.py --binary .build/release/petrel --out FOLDER LOG…

Recorded logs are of different years and lengths, so their times never meet. Each log is imported by itself, thinned to at most --most events of
each type of attack, and moved so that it ends now; one that spans more or less than --hours is stretched to them. What is left is the order of its
events, not their rate. FOLDER then holds `mix.ndjson` (ECS documents) and `petrel.yaml`, in which every sensor that has no place of its own stands
in one of a few cities:

    petrel serve --config FOLDER/petrel.yaml --data FOLDER/data --play FOLDER/mix.ndjson
"""

import argparse
import collections
import json
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: More than any log has.
ALL = 2_000_000
#: Where sensors without a place stand: latitude, longitude, name, country.
CITIES = [(52.52, 13.4, "Berlin", "DE"), (40.71, -74.01, "New York", "US"), (1.35, 103.82, "Singapore", "SG"), (-23.55, -46.63, "São Paulo", "BR"),
          (35.68, 139.69, "Tokyo", "JP"), (51.51, -0.13, "London", "GB"), (-33.87, 151.21, "Sydney", "AU"), (-26.2, 28.05, "Johannesburg", "ZA")]


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def events_of(log, binary, assets):
    """The events of a log in the order of their times, as Petrel decodes them."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "import", "--data", folder, "--assets", assets, log], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tail = subprocess.run([binary, "tail", "--data", folder, "--last", str(ALL), "--no-follow"], check=True, stdout=subprocess.PIPE, text=True)
        return sorted((json.loads(line) for line in tail.stdout.split("\n") if line), key=lambda event: time_of(event["@timestamp"]))


def thinned(events, most):
    """At most so many of each type of attack and dataset, evenly over the log."""
    kind = [(event["event"].get("dataset"), event.get("attack", {}).get("type")) for event in events]
    totals = collections.Counter(kind)
    seen = collections.Counter()
    for event, key in zip(events, kind, strict=True):
        seen[key] += 1
        if seen[key] * most // totals[key] != (seen[key] - 1) * most // totals[key] or totals[key] <= most:
            yield event


def moved(events, end, span):
    """The events with times from `end - span` to `end`; those of one moment are spread over all of it."""
    if not events:
        return
    first, last = time_of(events[0]["@timestamp"]), time_of(events[-1]["@timestamp"])
    for index, event in enumerate(events):
        share = (time_of(event["@timestamp"]) - first) / (last - first) if last > first else index / len(events)
        event["@timestamp"] = (end - span + share * span).isoformat(timespec="milliseconds")
        # Id, moment of the commit and raw record belong to the folder that the event comes from; a place that nobody knew is looked for again.
        for name in ("id", "ingested", "original"):
            event["event"].pop(name, None)
        if "location" not in event.get("destination", {}).get("geo", {}):
            event.get("destination", {}).pop("geo", None)
        yield event


def write_mix(logs, folder, binary, assets, hours=24, most=3000):
    """Writes the mix and its configuration; returns how many events each log gave."""
    end = datetime.now(timezone.utc) - timedelta(minutes=1)
    mix, numbers, sensors = [], {}, {}
    for log in logs:
        found = list(moved(list(thinned(events_of(log, binary, assets), most)), end, timedelta(hours=hours)))
        for event in found:
            if event["event"].get("family") != "attack" or "location" in event.get("destination", {}).get("geo", {}):
                continue
            # A log without names of sensors is one sensor's.
            name = event.setdefault("observer", {}).setdefault("name", f"{log.parent.name}-1")
            sensors.setdefault(str(name), CITIES[len(sensors) % len(CITIES)])
        mix += found
        numbers[log] = len(found)
    mix.sort(key=lambda event: event["@timestamp"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mix.ndjson").write_text("".join(json.dumps(event) + "\n" for event in mix))
    # JSON is YAML.
    places = [{"name": name, "lat": lat, "lon": lon, "place": place, "country": country} for name, (lat, lon, place, country) in sensors.items()]
    (folder / "petrel.yaml").write_text(json.dumps({"sensors": places}, indent=2, ensure_ascii=False))
    return numbers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--binary", default=ROOT / ".build/release/petrel", type=Path)
    parser.add_argument("--assets", default=ROOT / ".assets", type=Path)
    parser.add_argument("--out", required=True, type=Path, help="folder that the mix is written into")
    parser.add_argument("--hours", default=24, type=float, help="how long the mix is")
    parser.add_argument("--most", default=3000, type=int, help="most events of one type of attack in one log")
    options = parser.parse_args()
    for path in options.logs:
        if not path.is_file():
            parser.error(f"{path} is no file")
    for log, number in write_mix(options.logs, options.out, options.binary, options.assets, options.hours, options.most).items():
        print(f"{log}: {number:,} events")
    return 0


if __name__ == "__main__":
    sys.exit(main())

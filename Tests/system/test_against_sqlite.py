"""Every kind of question, asked of Petrel and of SQLite about the same rows; the answers are equal.

20,000 made events, and the head of a recording where it is there; PETREL_SLOW=1 asks for a million, and for the whole recording.
"""

import collections
import gzip
import json
import math
import random
import sqlite3
import subprocess
import urllib.parse
from datetime import datetime, timezone

import pytest

from conftest import SLOW, until

EVENTS = 1_000_000 if SLOW else 20_000
RECORDED = 340_000 if SLOW else 8_000
HOUR, DAY = 3_600_000_000, 86_400_000_000
START = 1_767_225_600_000_000  # 2026-01-01
COLUMNS = {
    "source.ip": "ip", "destination.port": "port", "user.name": "user", "observer.name": "sensor", "network.bytes": "bytes",
    "source.geo.country_iso_code": "country",
}
CONFIGURATION = """
formats:
  made:
    framing: json
    fields:
      source.ip: ip
      destination.port: port
      user.name: user
      observer.name: sensor
      network.bytes: bytes
      tags: tags
    time: {path: at, format: epoch_us}
    attack_type: {path: kind}
    source_place: {lat: lat, lon: lon}
"""


def microseconds(text):
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((moment - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * 1_000_000 + moment.microsecond


class Twin:
    """The same events in a server and in SQLite."""

    def __init__(self, server, stored):
        self.server = server
        # Until the columns have followed, answers say how far they go.
        until(lambda: self.ask("count")["count"] == stored, seconds=400, what="columns of all events")
        self.db = sqlite3.connect(":memory:")
        self.db.create_function("ceiling", 1, math.ceil, deterministic=True)
        self.db.execute("create table events (ts integer, ip text, port integer, user text, sensor text, bytes integer, country text, "
                        "lat real, lon real)")
        self.db.execute("create table tags (event integer, tag text)")

    def ask(self, path, **parameters):
        answer = self.server.get(f"/api/v1/{path}?{urllib.parse.urlencode(parameters, doseq=True)}")
        assert answer.status == 200, (path, parameters, answer.body)
        return answer.json

    def sql(self, text, *values):
        return self.db.execute(text, values).fetchall()

    def groups(self, columns, where):
        names = ", ".join(columns)
        present = " and ".join(f"{name} is not null" for name in columns)
        return {tuple(row[:-1]): row[-1] for row in self.sql(f"select {names}, count(*) from events where ({where}) and {present} group by {names}")}


def made(number):
    """Events that look random, with values that repeat, in no order of time."""
    random_numbers = random.Random(7)
    users = ["root", "admin", "a b", "x: (y)", "Ünal", 'quo"te', "and"]
    for _ in range(number):
        skew = random_numbers.random() ** 3
        yield {
            "at": START + random_numbers.randrange(20 * DAY), "ip": f"192.0.2.{int(skew * 250)}" if skew < 0.9 else f"2001:db8::{int(skew * 9999):x}",
            "port": random_numbers.choice([22, 23, 80, 443, 8080]) if skew < 0.7 else int(skew * 9000),
            "user": random_numbers.choice(users) if skew > 0.2 else None, "sensor": f"sensor-{int(skew * 6)}",
            "bytes": int(skew * 10_000_000) - 5 if skew > 0.1 else None, "tags": random_numbers.sample(["ssh", "web", "late"], random_numbers.randrange(3)),
            "kind": "scan", "lat": random_numbers.randrange(-90, 91) / 2, "lon": random_numbers.randrange(-360, 360) / 2,
        }


@pytest.fixture
def made_twin(petrel, serve, tmp_path):
    log, configuration = tmp_path / "made.json", tmp_path / "petrel.yaml"
    configuration.write_text(CONFIGURATION)
    rows = list(made(EVENTS))
    with log.open("w") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    books = petrel.import_files(tmp_path / "data", "--config", configuration, "--format", "made", log, timeout=500)
    assert books["stored"] == EVENTS
    twin = Twin(serve(), EVENTS)
    twin.db.executemany("insert into events values (:at, :ip, :port, :user, :sensor, :bytes, null, :lat, :lon)", rows)
    twin.db.executemany("insert into tags values (?, ?)", ((n + 1, tag) for n, row in enumerate(rows) for tag in row["tags"]))
    return twin


@pytest.fixture
def recorded_twin(petrel, serve, shared, tmp_path):
    log, data = tmp_path / "marx.csv", tmp_path / "data"
    with gzip.open(shared / "marx/marx-geo.2013-03-to-07.csv.gz", "rt") as lines, log.open("w") as out:
        out.writelines(line for _, line in zip(range(RECORDED), lines))
    stored = petrel.import_files(data, log, timeout=500)["stored"]
    twin = Twin(serve(), stored)
    tail = subprocess.Popen(petrel.command("tail", "--no-follow", "--last", 400_000, "--data", data), stdout=subprocess.PIPE, cwd=petrel.folder)
    for line in tail.stdout:
        event = json.loads(line)
        source = event.get("source", {})
        place = source.get("geo", {}).get("location", {})
        twin.db.execute("insert into events values (?, ?, ?, null, ?, null, ?, ?, ?)", (
            microseconds(event["@timestamp"]), source.get("ip"), event.get("destination", {}).get("port"), event.get("observer", {}).get("name"),
            source.get("geo", {}).get("country_iso_code"), place.get("lat"), place.get("lon")))
    assert tail.wait() == 0 and twin.sql("select count(*) from events") == [(stored,)]
    return twin


def check_lists(twin, q, where, keys):
    assert twin.ask("count", q=q)["count"] == twin.sql(f"select count(*) from events where {where}")[0][0]
    for fields in keys + [keys[0] + keys[1]]:
        wanted = twin.groups([COLUMNS[name] for name in fields], where)
        answer = twin.ask("top", q=q, field=",".join(fields), limit=10_000)
        # Which of equal groups come first at the limit is Petrel's own order.
        assert [group["count"] for group in answer["groups"]] == [count for _, count in most(wanted, 10_000)], fields
        assert all(wanted[tuple(group["values"])] == group["count"] for group in answer["groups"])
        assert len({tuple(group["values"]) for group in answer["groups"]}) == min(len(wanted), 10_000) and answer["distinct"] == len(wanted)
    facets = twin.ask("facets", q=q, field=[",".join(fields) for fields in keys], size=7, interval="6h")
    for facet, fields in zip(facets["facets"], keys, strict=True):
        wanted = twin.groups([COLUMNS[name] for name in fields], where)
        assert [group["count"] for group in facet["groups"]] == [count for _, count in most(wanted, 7)] and facet["distinct"] == len(wanted)
        assert all(wanted[tuple(group["values"])] == group["count"] for group in facet["groups"])
    histogram = twin.sql(f"select ts / {6 * HOUR} * {6 * HOUR}, count(*) from events where {where} group by 1 order by 1")
    assert [(microseconds(span["start"]), span["count"]) for span in facets["spans"]] == histogram
    assert twin.ask("histogram", q=q, interval="6h")["spans"] == facets["spans"]
    field = keys[0][0]
    split = twin.ask("histogram", q=q, interval="1d", by=field)["spans"]
    wanted = twin.sql(f"select ts / {DAY} * {DAY}, {COLUMNS[field]}, count(*) from events where ({where}) and {COLUMNS[field]} is not null group by 1, 2")
    assert {(microseconds(span["start"]), span["value"], span["count"]) for span in split} == set(wanted)
    distinct = twin.ask("distinct", q=q, interval="1d", field=field)["spans"]
    wanted = twin.sql(f"select ts / {DAY} * {DAY}, count(distinct {COLUMNS[field]}) from events where ({where}) and {COLUMNS[field]} is not null group by 1 order by 1")
    assert [(microseconds(span["start"]), span["count"]) for span in distinct] == wanted
    page = twin.ask("events", q=q, limit=50)["events"]
    assert [microseconds(event["@timestamp"]) for event in page] == [ts for ts, in twin.sql(f"select ts from events where {where} order by ts desc limit 50")]


def most(counts, limit):
    return sorted(counts.items(), key=lambda item: -item[1])[:limit]


def check_seen(twin, q, where, field):
    column = COLUMNS[field]
    wanted = {row[0]: row[1:] for row in twin.sql(
        f"select {column}, count(*), min(ts), max(ts) from events where ({where}) and {column} is not null group by 1")}

    def found(answer):
        return {value["value"]: (value["count"], microseconds(value["first"]), microseconds(value["last"])) for value in answer["values"]}

    assert found(twin.ask("seen", q=q, field=field, limit=10_000)) == wanted
    rare = twin.ask("rare", q=q, field=field, limit=15)["values"]
    assert [(value["count"], -microseconds(value["first"])) for value in rare] == sorted((count, -first) for count, first, _ in wanted.values())[:15]
    assert all(wanted[value["value"]][0] == value["count"] for value in rare)
    middle = twin.sql("select min(ts) + (max(ts) - min(ts)) / 2 from events")[0][0] // 1000
    new = twin.ask("first-seen", q=q, field=field, limit=10_000, **{"from": middle})
    assert found(new) == {value: row for value, row in wanted.items() if row[1] >= middle * 1000}
    extent = twin.ask("seen", q=q)
    count, first, last = twin.sql(f"select count(*), min(ts), max(ts) from events where {where}")[0]
    assert extent["count"] == count and [extent[name] and microseconds(extent[name]) for name in ("first", "last")] == [first, last]


def check_comparisons(twin, q, where, field):
    column = COLUMNS[field]
    first, last = twin.sql("select min(ts), max(ts) from events")[0]
    length = (last - first) // 5 // 1_000_000 * 1_000_000
    start = (first + 2 * length) // 1000 * 1000
    period = {"from": start // 1000, "to": (start + length) // 1000, "compare": "previous"}
    now, before = f"({where}) and ts >= {start} and ts < {start + length}", f"({where}) and ts >= {start - length} and ts < {start}"
    counts = [twin.sql(f"select count(*) from events where {condition}")[0][0] for condition in (now, before)]
    answer = twin.ask("count", q=q, **period)
    assert [answer["count"], answer["previous"], answer["difference"]] == counts + [counts[0] - counts[1]]
    assert microseconds(answer["previousPeriod"]["from"]) == start - length
    groups = [twin.groups([column], condition) for condition in (now, before)]
    answer = twin.ask("top", q=q, field=field, limit=10_000, **period)
    wanted = {key[0]: (groups[0].get(key, 0), groups[1].get(key, 0)) for key in groups[0] | groups[1]}
    assert {group["values"][0]: (group["count"], group["previous"]) for group in answer["groups"]} == wanted
    spans = collections.defaultdict(lambda: [0, 0])
    for index, (condition, shift) in enumerate([(now, 0), (before, length)]):
        for span, count in twin.sql(f"select (ts + {shift}) / {HOUR} * {HOUR}, count(*) from events where {condition} group by 1"):
            spans[span][index] = count
    answer = twin.ask("histogram", q=q, interval="1h", **period)
    assert [(microseconds(span["start"]), span["count"], span["previous"]) for span in answer["spans"]] == [(span, *spans[span]) for span in sorted(spans)]


def check_places_and_matrix(twin, q, where, fields):
    cells = twin.ask("places", q=q, degrees=10, limit=10_000)
    wanted = {(south * 10 - 85, west * 10 - 175): count for south, west, count in twin.sql(
        f"select min(cast((lat + 90) / 10 as integer), 17), min(cast((lon + 180) / 10 as integer), 35), count(*) from events "
        f"where ({where}) and lat is not null group by 1, 2")}
    assert {(cell["lat"], cell["lon"]): cell["count"] for cell in cells["cells"]} == wanted
    assert sum(cell["count"] for cell in twin.ask("places", q=q, geohash=2, limit=10_000)["cells"]) == sum(wanted.values())
    columns = [COLUMNS[name] for name in fields]
    matrix = twin.ask("matrix", q=q, rows=fields[0], columns=fields[1], limit=8, columnLimit=5)
    pairs = twin.groups(columns, where)
    for side, column, limit in (("rows", columns[0], 8), ("columns", columns[1], 5)):
        totals = twin.groups([column], where)
        assert [value["count"] for value in matrix[side]["values"]] == [count for _, count in most(totals, limit)]
        assert all(totals[(value["value"],)] == value["count"] for value in matrix[side]["values"])
    assert matrix["total"] == twin.sql(f"select count(*) from events where {where}")[0][0]
    assert matrix["cells"] == [
        [pairs.get((row["value"], column["value"]), 0) for column in matrix["columns"]["values"]] for row in matrix["rows"]["values"]]


def check_surprise(twin, q, where, field, days=4):
    column = COLUMNS[field]
    first, last = twin.sql("select min(ts), max(ts) from events")[0]
    end = last // HOUR * HOUR
    known = [day for day in range(1, days + 1) if end - day * DAY - HOUR >= first]

    def counts(day):
        low = end - day * DAY - HOUR
        return {key[0]: count for key, count in twin.groups([column], f"({where}) and ts >= {low} and ts < {low + HOUR}").items()}

    now, before = counts(0), [counts(day) for day in known]
    wanted = {}
    for value in set(now).union(*before):
        mean = sum(day.get(value, 0) for day in before) / len(known) if known else 0
        score = 2 * (math.sqrt(now.get(value, 0) + 0.375) - math.sqrt(max(mean, 0.5) + 0.375))
        wanted[value] = (now.get(value, 0), pytest.approx(mean, abs=6e-4), pytest.approx(score, abs=6e-4))
    answer = twin.ask("surprise", q=q, field=field, days=days, to=end // 1000, limit=10_000)
    assert answer["days"] == len(known)
    assert {value["value"]: (value["count"], value["mean"], value["score"]) for value in answer["values"]} == wanted
    scores = [value["score"] for value in answer["values"]]
    assert scores == sorted(scores, reverse=True)


def check_percentiles(twin, q, where, field, by):
    column, split = COLUMNS[field], COLUMNS[by]
    answer = twin.ask("percentiles", q=q, field=field, by=by, percent="0,25,50,99.9,100", limit=10_000)
    wanted = {}
    for value, in twin.sql(f"select distinct {split} from events where ({where}) and {column} is not null and {split} is not null"):
        numbers = [n for n, in twin.sql(f"select {column} from events where ({where}) and {column} is not null and {split} = ? order by 1", value)]
        ranks = [max(math.ceil(percent * len(numbers) / 100), 1) for percent in (0, 25, 50, 99.9, 100)]
        wanted[value] = (len(numbers), numbers[0], numbers[-1], pytest.approx(sum(numbers) / len(numbers)), [numbers[rank - 1] for rank in ranks])
    assert {group["value"]: (group["count"], group["min"], group["max"], group["mean"], group["percentiles"]) for group in answer["groups"]} == wanted
    spans = twin.ask("percentiles", q=q, field=field, interval="1d", percent="50")["groups"]
    assert [(microseconds(span["start"]), span["count"], span["max"]) for span in spans] == twin.sql(
        f"select ts / {DAY} * {DAY}, count(*), max({column}) from events where ({where}) and {column} is not null group by 1 order by 1")


def check_completion(twin, field, prefix):
    column = COLUMNS[field]
    answer = twin.ask("complete", q=f"{field}: {prefix}")
    values = [proposal for proposal in answer["proposals"] if "count" in proposal]
    wanted = {str(key[0]): count for key, count in twin.groups([column], "1").items() if str(key[0]).lower().startswith(prefix.lower())}
    assert [value["count"] for value in values] == [count for _, count in most(wanted, 20)]
    for value in values:
        assert wanted[value["label"]] == value["count"]
        assert twin.ask("count", q=f"{field}: {value['text']}")["count"] == value["count"], value


@pytest.mark.timeout(900)
def test_made_events(made_twin):
    twin = made_twin
    for q, where in [
        ("", "1"), ("destination.port: 22 and not user.name: root", "port = 22 and (user is null or user <> 'root')"),
        ("source.ip: 192.0.2.0/25", "ip like '192.0.2.%' and cast(substr(ip, 9) as integer) < 128"), ("network.bytes >= 1000000", "bytes >= 1000000"),
        ("tags: (ssh and late)", "rowid in (select event from tags where tag = 'ssh') and rowid in (select event from tags where tag = 'late')"),
        ("user.name: nobody", "0"), ('user.name: "x: (y)" or observer.name: sensor-4*', "user = 'x: (y)' or sensor = 'sensor-4'"),
    ]:
        check_lists(twin, q, where, [["user.name"], ["destination.port"], ["source.ip"], ["observer.name"]])
        check_seen(twin, q, where, "source.ip")
        check_comparisons(twin, q, where, "user.name")
        check_places_and_matrix(twin, q, where, ["destination.port", "observer.name"])
        check_surprise(twin, q, where, "destination.port")
        check_percentiles(twin, q, where, "network.bytes", "user.name")
    tags = {value: count for value, count in twin.sql("select tag, count(*) from tags group by 1")}
    assert {group["values"][0]: group["count"] for group in twin.ask("top", field="tags")["groups"]} == tags
    for field, prefix in [("user.name", ""), ("user.name", "A"), ("destination.port", "80"), ("source.ip", "2001"), ("observer.name", "sens")]:
        check_completion(twin, field, prefix)


@pytest.mark.timeout(900)
def test_a_recording(recorded_twin):
    twin = recorded_twin
    for q, where in [
        ("", "1"), ("source.geo.country_iso_code: (CN or US) and destination.port >= 1000", "country in ('CN', 'US') and port >= 1000"),
        ("not source.geo.country_iso_code: *", "country is null"),
    ]:
        check_lists(twin, q, where, [["source.geo.country_iso_code"], ["observer.name"], ["destination.port"]])
        check_seen(twin, q, where, "source.geo.country_iso_code")
        check_comparisons(twin, q, where, "observer.name")
        check_places_and_matrix(twin, q, where, ["source.geo.country_iso_code", "observer.name"])
        check_surprise(twin, q, where, "observer.name")
    check_completion(twin, "source.geo.country_iso_code", "c")

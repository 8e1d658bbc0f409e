"""`petrel query`: answers equal those computed from the input, also beside a running server."""

import collections
import csv
import io
import json

import pytest

from conftest import eve, eve_line
from test_import import marx_countries


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


@pytest.mark.timeout(300)
def test_totals_of_a_recording_equal_those_of_its_file(petrel, shared, tmp_path):
    original = shared / "marx/marx-geo.2013-03-to-07.csv.gz"
    data = tmp_path / "data"
    petrel.import_files(data, original, timeout=200)
    countries, _ = marx_countries(original)
    found = rows(petrel("query", "--data", data, "--top", "source.geo.country_iso_code", "--limit", 10_000, "--format", "csv"))
    stored = collections.Counter({row["source.geo.country_iso_code"]: int(row["count"]) for row in found})
    total, unnamed = countries.total(), countries.pop("")
    # Where the record names no country, Petrel may know one from the address; never another than the record's.
    assert not countries - stored and (stored - countries).total() <= unnamed
    days = rows(petrel("query", "--data", data, "--histogram", "1d", "--format", "csv"))
    assert sum(int(row["count"]) for row in days) == total
    one = petrel("query", "source.geo.country_iso_code: CN", "--count", "--data", data, "--format", "csv")
    assert int(rows(one)[0]["count"]) == stored["CN"]


def test_beside_a_running_server(petrel, serve, tmp_path):
    server = serve()
    server.ingest([eve(n, src_ip=f"198.51.100.{n % 7}") for n in range(100)])
    expected = collections.Counter(f"198.51.100.{n % 7}" for n in range(100))
    asked = ("query", "source.ip: 198.51.100.0/24", "--data", tmp_path / "data")
    found = rows(petrel(*asked, "--top", "source.ip", "--format", "csv"))
    assert {row["source.ip"]: int(row["count"]) for row in found} == expected
    server.ingest([eve(n, src_ip="198.51.100.9") for n in range(100, 110)])
    assert int(rows(petrel(*asked, "--count", "--format", "csv"))[0]["count"]) == 110
    events = petrel(*asked, "--limit", 3, "--format", "ndjson").stdout.splitlines()
    assert len(events) == 3 and all(json.loads(line)["source"]["ip"].startswith("198.51.100.") for line in events)


def test_columns_are_made_again_when_they_are_gone(petrel, tmp_path):
    log, data = tmp_path / "eve.json", tmp_path / "data"
    log.write_bytes(b"".join(eve_line(n) for n in range(50)))
    petrel.import_files(data, log)
    count = ("query", "--count", "--data", data, "--format", "csv")
    assert rows(petrel(*count)) == [{"count": "50"}]
    for file in (data / "columns").iterdir():
        file.unlink()
    assert rows(petrel(*count)) == [{"count": "50"}]


def test_stats_and_rebuilding(petrel, tmp_path):
    log, data = tmp_path / "eve.json", tmp_path / "data"
    log.write_bytes(b"".join(eve_line(n) for n in range(50)))
    petrel.import_files(data, log)
    rebuilt = petrel("rebuild-columns", "--data", data)
    assert rebuilt.returncode == 0 and rebuilt.stdout.startswith(b"50 events"), rebuilt.stderr
    stats = json.loads(petrel("stats", "--json", "--data", data).stdout)
    assert stats["events"] == 50 == stats["datasets"]["suricata.alert"] and stats["journal_bytes"] > 0
    assert b"events    50" in petrel("stats", "--data", data).stdout


def test_columns_of_a_running_server_are_not_rebuilt(petrel, serve, tmp_path):
    serve()
    refused = petrel("rebuild-columns", "--data", tmp_path / "data")
    assert refused.returncode == 1 and b"another process" in refused.stderr


def test_hostile_values_stay_data(petrel, tmp_path):
    log, data = tmp_path / "eve.json", tmp_path / "data"
    log.write_bytes(eve_line(1, alert={"signature": "=1+1\u001b[2J\",x\n<b>", "signature_id": 1, "category": "x", "severity": 1}))
    petrel.import_files(data, log)
    table = petrel("query", "--data", data, "--top", "rule.name").stdout
    assert b"\x1b" not in table and b"=1+1" in table
    cells = rows(petrel("query", "--data", data, "--top", "rule.name", "--format", "csv"))
    assert cells[0]["rule.name"].startswith("'=1+1")


@pytest.mark.parametrize(("arguments", "said"), [
    (("source.ip: (",), "^"),
    (("--top", "source.prt"), "did you mean source.port"),
    (("--since", "yesterday"), "neither a span"),
    (("--histogram", "1x"), "not a span"),
    (("--count", "--top", "source.ip"), "choose one"),
    (("--by", "source.ip"), "--histogram"),
])
def test_mistakes_are_explained(petrel, tmp_path, arguments, said):
    done = petrel("query", "--data", tmp_path / "data", *arguments)
    assert done.returncode == 2 and said in done.stderr.decode(), done.stderr


def test_api_answers_equal_the_input(serve):
    server = serve()
    sent = [eve(n, src_ip=f"198.51.100.{n % 5}", dest_port=20 + n % 3) for n in range(300)]
    server.ingest(sent)
    assert server.get("/api/v1/count").json["count"] == 300
    top = server.get("/api/v1/top?field=source.ip,destination.port&limit=100").json
    expected = collections.Counter((event["src_ip"], event["dest_port"]) for event in sent)
    assert {tuple(group["values"]): group["count"] for group in top["groups"]} == expected and top["distinct"] == len(expected)
    spans = server.get("/api/v1/histogram?interval=1d&by=source.ip&q=destination.port:21").json["spans"]
    assert sum(span["count"] for span in spans) == 100 and {span["value"] for span in spans} == {f"198.51.100.{n}" for n in range(5)}
    assert [span["count"] for span in server.get("/api/v1/distinct?field=source.ip&interval=7d").json["spans"]][0] <= 5


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_stay_as_they_were_in_both_directions(serve, order):
    server = serve()
    server.ingest([eve(n) for n in range(250)])

    def page(cursor="", limit=40):
        return server.get(f"/api/v1/events?limit={limit}&order={order}{cursor}").json

    def ids(*pages):
        return [event["event"]["id"] for page in pages for event in page["events"]]

    pages = [page()]
    assert pages[0]["previous"] is None
    while pages[-1]["next"]:
        # Events of the same times come meanwhile, and are on no page.
        server.ingest([eve(n) for n in range(len(pages), 250, 50)])
        pages.append(page("&after=" + pages[-1]["next"]))
    assert [len(page["events"]) for page in pages] == [40] * 6 + [10]
    found = ids(*pages)
    assert len(set(found)) == 250 and {page["upTo"] for page in pages} == {pages[0]["upTo"]}
    assert found == ids(page(f"&upTo={pages[0]['upTo']}", 1000))
    times = [event["@timestamp"] for page in pages for event in page["events"]]
    assert times == sorted(times, reverse=order == "desc")
    back = [pages[-1]]
    while back[0]["previous"]:
        back.insert(0, page("&before=" + back[0]["previous"]))
    assert ids(*back) == found and back[0]["events"] == pages[0]["events"]
    # From any page both ways, and with another length.
    assert ids(page("&after=" + back[0]["next"])) == ids(pages[1])
    assert ids(page("&before=" + pages[3]["previous"], 100)) == found[20:120]
    server.stop()
    assert ids(serve().get(f"/api/v1/events?limit=40&order={order}&after=" + pages[0]["next"]).json) == ids(pages[1]), "after a restart"


def test_cursors_are_of_one_list(serve, tmp_path):
    server = serve()
    server.ingest([eve(n) for n in range(50)])
    first = server.get("/api/v1/events?limit=10&q=destination.port:22&from=0").json
    cursor = first["next"]
    same = "/api/v1/events?limit=10&q=destination.port:22&from=0&after="
    assert server.get(same + cursor).status == 200
    assert server.get(same + cursor + f"&upTo={first['upTo']}").status == 200
    for path in [same + cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), same + cursor[:-2], same + cursor + "=", same + "x" + cursor[1:], same,
                 f"/api/v1/events?limit=10&q=destination.port:23&from=0&after={cursor}", f"/api/v1/events?limit=10&q=destination.port:22&after={cursor}",
                 f"{same}{cursor}&order=asc", f"{same}{cursor}&upTo=1", f"{same}{cursor}&before={cursor}", same + "1704067200000000.5"]:
        assert "again" in server.get(path).is_problem(400) or "one of them" in server.get(path).json["detail"], path
    other = serve(data=tmp_path / "other")
    other.ingest([eve(n) for n in range(50)])
    other.get(same + cursor).is_problem(400)


@pytest.mark.parametrize("path", [
    "events?q=source.ip:(", "events?limit=0", "events?order=up", "events?after=1", "events?before=1", "top", "top?feild=source.ip", "top?field=source.prt", "top?field=@timestamp",
    "top?field=a,b,c,d,e", "histogram?interval=1x", "count?from=yesterday", "count?from=2&to=1", "count?upTo=x", "distinct?interval=1d",
    "histogram?by=nothing"])
def test_api_mistakes_are_problems(serve, path):
    assert serve().get(f"/api/v1/{path}").is_problem(400), path

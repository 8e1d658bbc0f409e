"""The further questions of the API and of `petrel query`: forms, options, mistakes, and answers in parts."""

import collections
import csv
import http.client
import io
import json
import urllib.parse

import pytest

from conftest import SLOW, eve, eve_line, until


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


@pytest.fixture
def data(petrel, tmp_path):
    """Sixty events: address n % 6, port 20 + n % 3; one of address 9 at the end."""
    log, data = tmp_path / "eve.json", tmp_path / "data"
    lines = [eve_line(n, src_ip=f"198.51.100.{n % 6}", dest_port=20 + n % 3, src_port=1000 + n) for n in range(60)]
    log.write_bytes(b"".join(lines) + eve_line(3_600, src_ip="198.51.100.9", dest_port=20, src_port=5))
    petrel.import_files(data, log)
    return data


def test_options_of_the_command(petrel, data):
    def ask(*arguments):
        return rows(petrel("query", "--data", data, "--format", "csv", *arguments))

    facets = ask("--facets", "source.ip,destination.port", "--limit", 2)
    assert [(row["field"], row["count"]) for row in facets] == [("source.ip", "10")] * 2 + [("destination.port", "21"), ("destination.port", "20")]
    one = ask("--percentiles", "source.port", "--percents", "50,100")[0]
    assert (one["count"], one["min"], one["max"], one["p50"], one["p100"]) == ("61", "5", "1059", "1029", "1059")
    mean = petrel("query", "--data", data, "--percentiles", "source.port", "--format", "ndjson")
    assert json.loads(mean.stdout)["mean"] == sum([*range(1000, 1060), 5]) / 61
    split = ask("--percentiles", "source.port", "--by", "destination.port", "--interval", "1h")
    assert [row["count"] for row in split] == ["20", "20", "20", "1"]
    rare = ask("--rare", "source.ip", "--limit", 1)[0]
    assert rare["source.ip"] == "198.51.100.9" and rare["count"] == "1" and rare["first"] == rare["last"] == "2026-01-01T01:00:00.003600Z"
    assert [row["source.ip"] for row in ask("--seen", "source.ip", "--order", "oldest", "--limit", 2)] == ["198.51.100.0", "198.51.100.1"]
    assert [row["source.ip"] for row in ask("--first-seen", "source.ip", "--since", "2026-01-01T00:30:00Z")] == ["198.51.100.9"]
    assert ask("--first-seen", "source.ip") == []
    extent = ask("--extent", "destination.port: 20")[0]
    assert extent["count"] == "21" and extent["last"] == "2026-01-01T01:00:00.003600Z"
    matrix = ask("--matrix", "source.ip,destination.port", "source.ip: 198.51.100.0/30")
    cells = {(row["source.ip"], row["destination.port"]): row["count"] for row in matrix}
    assert cells["198.51.100.0", "20"] == "10" and cells["198.51.100.0", ""] == "10" and cells["", ""] == "40"
    hour = ("--since", "2026-01-01T01:00:00Z", "--until", "2026-01-01T02:00:00Z")
    assert ask("--count", "--compare", *hour) == [{"count": "1", "previous": "60", "difference": "-59"}]
    top = {row["source.ip"]: row["difference"] for row in ask("--top", "source.ip", "--compare", *hour)}
    assert top["198.51.100.9"] == "1" and top["198.51.100.0"] == "-10"
    assert ask("--histogram", "1h", "--compare", *hour)[0]["previous"] == "60"
    surprise = ask("--surprise", "destination.port", "--until", "2026-01-01T01:00:00Z")
    assert {row["destination.port"]: row["count"] for row in surprise} == {"20": "20", "21": "20", "22": "20"}
    for form in ("table", "ndjson"):
        done = petrel("query", "--data", data, "--rare", "source.ip", "--limit", 1, "--format", form)
        assert b"198.51.100.9" in done.stdout and (form == "table" or json.loads(done.stdout)["count"] == 1)


@pytest.mark.parametrize(("arguments", "said"), [
    (("--rare", "source.ip", "--count"), "choose one"), (("--by", "source.ip"), "--histogram"), (("--compare", "--count"), "--since"),
    (("--compare", "--rare", "source.ip"), "--compare: goes with"), (("--percentiles", "source.ip"), "no numbers"), (("--matrix", "source.ip"), "two fields"),
    (("--places", "source.geo.location", "--degrees", "0"), "--degrees"), (("--places", "source.ip"), "no places"), (("--seen", "source.ip", "--order", "up"), "rarest"),
    (("--interval", "1h"), "--interval: goes with"), (("--percentiles", "source.port", "--percents", "a"), "numbers with commas"),
    (("--surprise", "source.ip", "--days", "91"), "1 to 90 days"),
])
def test_mistakes_of_the_command_are_explained(petrel, tmp_path, arguments, said):
    done = petrel("query", "--data", tmp_path / "data", *arguments)
    assert done.returncode in (1, 2) and said in done.stderr.decode(), done.stderr


@pytest.mark.parametrize("path", [
    "facets?field=nothing", "facets?field=@timestamp", "facets?size=0", "facets?" + "&".join(["field=tags"] * 17), "percentiles", "percentiles?field=source.ip",
    "percentiles?field=source.port&percent=101", "percentiles?field=source.port&percent=x", "seen?field=source.ip&order=up", "rare", "rare?field=a,b",
    "first-seen", "first-seen?field=source.ip&to=2000-01-01T00:00:00Z", "places?field=source.ip", "places?degrees=0", "places?geohash=10",
    "places?degrees=1&geohash=1", "matrix?rows=tags&columns=tags", "matrix?limit=0", "surprise", "surprise?field=tags&interval=2d",
    "surprise?field=tags&days=91", "count?compare=previous", "count?compare=next&from=1&to=2", "top?field=tags&compare=previous&from=2&to=2",
    "complete?q=a&caret=2", "count?from=-9223372036854775808", "surprise?field=tags&to=9223372036854775807", "complete?caret=x", "count?partial=perhaps", "facets?field=@timestamp&partial=true"])
def test_mistakes_are_problems(serve, path):
    assert serve().get(f"/api/v1/{path}").is_problem(400), path


def complete(server, text):
    q, caret = text.replace("|", ""), text.index("|")
    answer = server.get("/api/v1/complete?" + urllib.parse.urlencode({"q": q, "caret": caret})).json
    return answer, [q[:answer["from"]] + proposal["text"] + q[answer["to"]:] for proposal in answer["proposals"]]


def test_completion(serve):
    server = serve()
    signatures = collections.Counter()
    sent = []
    for n in range(40):
        name = ["plain", "two words", 'a "quote"', "back\\slash", "not now", "x: (y) *"][n % 6]
        signatures[name] += 1
        sent.append(eve(n, alert={"signature": name, "signature_id": 1, "category": "c", "severity": 1}))
    server.ingest(sent)
    assert server.get("/api/v1/count").json["count"] == 40
    answer, texts = complete(server, "rul|")
    assert answer["kind"] == "field" and "rule.name" in texts and all("meaning" in proposal for proposal in answer["proposals"])
    answer, texts = complete(server, "not tags: * and source.ip |")
    assert answer["kind"] == "operator" and "not tags: * and source.ip : " in texts
    answer, texts = complete(server, "rule.name: pl|ain and tags: *")
    assert texts[0] == "rule.name: plain and tags: *" and answer["field"] == "rule.name"
    answer, texts = complete(server, "tags: a or not (rule.name: |)")
    values = [proposal for proposal in answer["proposals"] if "count" in proposal]
    assert {value["label"]: value["count"] for value in values} == signatures
    for value in values:
        found = server.get("/api/v1/count?" + urllib.parse.urlencode({"q": f"rule.name: {value['text']} or tags: zz"})).json
        assert found["count"] == value["count"], value
    assert [proposal["text"] for proposal in complete(server, "post.author.bot: t|")[0]["proposals"]] == ["true"]
    assert complete(server, "a: \"b\" |")[1] == ["a: \"b\" and ", "a: \"b\" or "]
    assert complete(server, "a: b) |")[0] == {"kind": None, "field": None, "from": 6, "to": 6, "proposals": []}


def test_answers_in_parts(petrel, serve, tmp_path):
    """The lines cover more and more; the last is the whole answer, whichever way it was asked for."""
    log, data = tmp_path / "eve.json", tmp_path / "data"
    # In the slow form more segments than are scanned at once, so that there are parts.
    count = 900_000 if SLOW else 3_000
    with log.open("wb") as out:
        for n in range(count):
            out.write(b'{"timestamp":"2026-01-%02dT%02d:%02d:%02d.000000+0000","event_type":"alert","src_ip":"81.2.69.%d","dest_port":22,'
                      b'"alert":{"signature":"s","signature_id":1,"severity":2}}\n' % (1 + n // 86400, n // 3600 % 24, n // 60 % 60, n % 60, n % 200))
    petrel.import_files(data, log, timeout=280)
    server = serve()
    until(lambda: server.get("/api/v1/count").json["count"] == count, seconds=200)
    path = "/api/v1/top?field=source.ip&limit=3"
    whole = server.get(path).json
    for answer in (server.get(path, Accept="application/x-ndjson"), server.get(path + "&partial=true")):
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in answer.body.splitlines()]
        *parts, last = lines
        assert last.pop("complete") is True and last == whole
        assert all(part["complete"] is False and part["coversSince"] and sum(group["count"] for group in part["groups"]) > 0 for part in parts)
        assert bool(parts) == SLOW
        assert [part["coversSince"] for part in parts] == sorted((part["coversSince"] for part in parts), reverse=True)
    for question in ("count", "histogram?interval=1d", "facets?field=source.ip&interval=1d", "seen?field=source.ip", "seen", "matrix", "places",
                     "percentiles?field=destination.port", "surprise?field=source.ip&to=1769000000000", "distinct?field=source.ip&interval=1d", "rare?field=source.ip"):
        last = json.loads(server.get(f"/api/v1/{question}", Accept="application/x-ndjson").body.splitlines()[-1])
        assert last.pop("complete") is True and last == server.get(f"/api/v1/{question}").json, question
    # Clients that leave in the middle of an answer do no harm.
    for _ in range(6):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/api/v1/top?field=source.ip,source.port,rule.name&q=message:*a*b*c*%20or%20source.ip:*&partial=true")
        connection.close()
    assert server.get("/api/v1/count").json["count"] == count

"""Log shippers: Elasticsearch's bulk API by its own client and by hand, Splunk's event collector, T-Pot's documents."""

import base64
import gzip
import json

import elasticsearch
import pytest
from elasticsearch import helpers

from conftest import TOKEN, adds_up, eve, eve_line


def sources(server, headers=None):
    return {source["name"]: source for source in server.request("GET", "/api/v1/sources", headers=headers or {}).json["sources"]}


def bulk(server, *lines, path="/_bulk", **headers):
    body = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    return server.post(path, body, {"Content-Type": "application/x-ndjson", **headers})


def alert(number):
    return {"@timestamp": "2026-01-01T00:00:00Z", "event": {"kind": "alert"}, "source": {"ip": f"198.51.100.{number % 250}"},
            "labels": {"number": str(number)}}


def test_the_client_of_elasticsearch_sends_with_a_password(serve, secret):
    server = serve("--token-file", secret)
    address = f"http://127.0.0.1:{server.port}"
    with elasticsearch.Elasticsearch(address, basic_auth=("petrel", TOKEN)) as client:
        assert client.info()["version"]["number"].startswith("8.") and client.ping()
        assert client.cluster.health()["status"] == "green"
        assert not client.indices.exists_index_template(name="logs")
        actions = [{"_op_type": "create", "_index": "logs", "_id": str(n), "_source": alert(n)} for n in range(1200)]
        assert helpers.bulk(client, actions, chunk_size=500) == (1200, [])
        # What is sent again is recognised by its id, and told so.
        done, errors = helpers.bulk(client, actions[:10], raise_on_error=False)
        assert done == 0 and {error["create"]["status"] for error in errors} == {409}
        done, errors = helpers.bulk(client, [{**action, "_op_type": "index"} for action in actions[:10]], raise_on_error=False)
        assert (done, errors) == (10, [])
        deletions = [{"_op_type": "delete", "_index": "logs", "_id": "1"}]
        assert helpers.bulk(client, deletions, raise_on_error=False)[1][0]["delete"]["status"] == 400
    with elasticsearch.Elasticsearch(address, api_key=("petrel", TOKEN), http_compress=True) as client:
        assert helpers.bulk(client, [{"_index": "logs", "_source": alert(n)} for n in range(7)]) == (7, [])
    with elasticsearch.Elasticsearch(address, basic_auth=("petrel", "wrong")) as client, pytest.raises(elasticsearch.AuthenticationException):
        client.info()
    books = sources(server, {"Authorization": f"Bearer {TOKEN}"})["bulk"]["ledger"]
    assert adds_up(books) and books["stored"] == 1207 and books["duplicate"] == 20 and books["received"] == 1227


def test_answers_for_each_document_outlive_a_kill(serve):
    server = serve()
    first = bulk(server, {"create": {"_index": "logs", "_id": "a"}}, alert(1), {"index": {"_index": "logs"}}, alert(2)).json
    assert [item[action]["status"] for item in first["items"] for action in item] == [201, 201] and first["errors"] is False
    event = server.get(f"/api/v1/events/{first['items'][1]['index']['_id']}").json
    assert event["labels"]["number"] == "2"
    server.kill()
    server = serve()
    again = bulk(server, {"create": {"_index": "logs", "_id": "a"}}, alert(1), path="/_bulk?filter_path=errors%2Citems.*.status").json
    assert again == {"errors": True, "items": [{"create": {"status": 409}}]}
    refused = bulk(server, {"index": {"_index": "logs"}}, b"{broken").json["items"][0]["index"]
    assert refused["status"] == 400 and "malformed_json" in refused["error"]["reason"]
    letters = server.get("/api/v1/dead-letters?source=bulk").json["dead_letters"]
    assert [letter["sample"] for letter in letters] == ["{broken"] and letters[0]["format"] == "ecs"
    books = sources(server)["bulk"]["ledger"]
    assert adds_up(books) and (books["stored"], books["duplicate"], books["dead_lettered"]) == (2, 1, 1)


def test_gzip_and_large_bodies(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    config.write_text("web: {max_body: 1MiB}\n")
    server = serve("--config", config)
    body = b"".join(b'{"create":{"_index":"eve"}}\n' + eve_line(n) for n in range(2000))
    assert len(body) < 1 << 20
    answer = server.post("/_bulk", gzip.compress(body), {"Content-Encoding": "gzip"})
    assert answer.status == 200 and answer.json["errors"] is False and len(answer.json["items"]) == 2000
    server.post("/_bulk", body * 3).is_problem(413)
    server.post("/_bulk", gzip.compress(body * 3), {"Content-Encoding": "gzip"}).is_problem(413)
    server.post("/_bulk", body[:-50], {"Content-Encoding": "gzip"}).is_problem(400)
    assert sources(server)["bulk"]["ledger"]["stored"] == 2000


def test_the_index_decides_where_the_configuration_says_so(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    config.write_text("""
formats:
  doors:
    framing: csv
    header: [who, peer]
    fields: {source.ip: peer, user.name: who}
web:
  index_formats: {"doors-*": doors, "eve": suricata}
""")
    server = serve("--config", config)
    envelope = {"@timestamp": "2026-01-01T00:00:00Z", "message": "ann,198.51.100.9", "host": {"name": "door-1"}}
    answer = bulk(server, {"index": {"_index": "doors-1"}}, envelope, {"index": {"_index": "eve"}}, eve(1)).json
    assert not answer["errors"], answer
    events = server.get("/api/v1/evidence").json["events"]
    assert {event["source"]["ip"] for event in events} == {"198.51.100.9", eve(1)["src_ip"]}
    assert {event["user"]["name"] for event in events if "user" in event} == {"ann"}


# What T-Pot's Logstash makes of a sensor's line: the line's members, and its own around them.
def as_tpot(line, kind):
    return {**json.loads(line), "type": kind, "@version": "1", "t-pot_hostname": "lab", "t-pot_ip_ext": "192.0.2.1",
            "@timestamp": json.loads(line).get("timestamp", "2026-01-01T00:00:00Z"), "path": f"/data/{kind.lower()}/log", "geoip": {"ip": "192.0.2.9"}}


@pytest.mark.parametrize("kind, pattern", [("Cowrie", "cowrie/*.json*"), ("Adbhoney", "adbhoney/*.json*"), ("ElasticPot", "elasticpot/*.json*")])
def test_recorded_lines_as_tpot_ships_them(serve, shared, kind, pattern):
    lines = []
    for path in sorted(shared.glob(pattern)):
        opened = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
        with opened as file:
            for line in file:
                if line.startswith(b"{") and len(lines) < 400 and b'"src_ip"' in line:
                    try:
                        json.loads(line)
                    except ValueError:
                        continue
                    lines.append(line)
    if not lines:
        pytest.skip(f"no recorded lines of {kind}")
    server = serve()
    body = []
    for number, line in enumerate(lines):
        body += [{"create": {"_index": "logstash-2026.01.01", "_id": f"{number}"}}, as_tpot(line, kind)]
    answer = bulk(server, *body).json
    assert [item["create"]["status"] for item in answer["items"]] == [201] * len(lines), answer
    again = bulk(server, *body).json
    assert {item["create"]["status"] for item in again["items"]} == {409}
    books = sources(server)["bulk"]["ledger"]
    assert adds_up(books) and books["stored"] == len(lines) and books["duplicate"] == len(lines)
    found = server.get(f"/api/v1/count?q=observer.product%3A{kind.lower()}").json
    assert found["count"] == len(lines), found


def test_the_event_collector(serve, secret):
    server = serve("--token-file", secret)
    token = {"Authorization": f"Splunk {TOKEN}"}
    channel = {"X-Splunk-Request-Channel": "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"}
    events = b"".join(json.dumps({"event": eve(n), "host": "lab", "time": 1767225600 + n}).encode() for n in range(50))
    answer = server.post("/services/collector/event", events, {**token, **channel})
    assert (answer.status, answer.json["text"], answer.json["code"]) == (200, "Success", 0)
    number = answer.json["ackId"]
    raw = server.post("/services/collector/raw?sourcetype=suricata", gzip.compress(eve_line(60) + eve_line(61)), {**token, "Content-Encoding": "gzip"})
    assert raw.json == {"text": "Success", "code": 0}
    basic = base64.b64encode(f"x:{TOKEN}".encode()).decode()
    assert server.post("/services/collector", json.dumps({"event": eve(70)}), {"Authorization": f"Basic {basic}"}).json["code"] == 0
    for headers, status, code in [({}, 401, 2), ({"Authorization": "Splunk wrong"}, 401, 4)]:
        refused = server.post("/services/collector/event", events, headers)
        assert refused.is_problem(status) and refused.json["code"] == code
    assert server.get("/services/collector/health").json["code"] == 17
    server.kill()
    server = serve("--token-file", secret)
    acks = server.post("/services/collector/ack", json.dumps({"acks": [number, number + 1]}), {**token, **channel})
    assert acks.json == {"acks": {str(number): True, str(number + 1): False}}
    books = sources(server, token)["hec"]["ledger"]
    assert adds_up(books) and books["stored"] == books["received"] == 53

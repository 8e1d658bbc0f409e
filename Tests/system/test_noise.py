"""Noise: what is marked when it comes in, by which list or pattern; queries and streams that leave it out; lists that change."""

import json
import subprocess
import urllib.parse

import pytest

from conftest import eve, now_eve, until

SHOWN, HIDDEN = "not noise.kind: *", "noise.kind: *"


@pytest.fixture
def scanners(tmp_path):
    path = tmp_path / "scanners.txt"
    path.write_text("# who looks at everybody\n198.51.100.0/28\n2001:db8:7::/48\n")
    return path


def configure(folder, scanners, more=""):
    blocked = folder / "blocked.txt"
    blocked.write_text("192.0.2.99\n")
    config = folder / "petrel.yaml"
    config.write_text(f"""\
data: {folder / 'data'}
indicators:
  - name: blocked
    path: {blocked}
noise:
  own:
    - name: lab
      addresses: [192.0.2.10, "2001:db8:5::/48"]
  lists:
    - name: research
      path: {scanners}
  known_agents: true
  agents: ["*our-probe*"]
  feeds: [blocked]
{more}""")
    return config


def http(number, agent, **more):
    record = eve(number, **more)
    return record | {"http": {"hostname": "www.example.org", "url": "/", "http_user_agent": agent, "http_method": "GET"}}


def records():
    sources = ["192.0.2.10", "2001:db8:5::9", "198.51.100.15", "198.51.100.16", "2001:db8:7::1", "192.0.2.99", "203.0.113.5"]
    found = [eve(number, src_ip=source) for number, source in enumerate(sources)]
    found.append(http(7, "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", src_ip="203.0.113.6"))
    found.append(http(8, "our-PROBE/2", src_ip="198.51.100.1"))
    found.append(http(9, "curl/8", src_ip="203.0.113.7"))
    return found


def stored(petrel, data):
    return {int(event["flow"]["id"]): event.get("noise", {}) for event in petrel.stored(data)}


def many(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def test_marks_say_why_and_the_query_counts_them(petrel, serve, tmp_path, scanners):
    config = configure(tmp_path, scanners)
    log = tmp_path / "eve.json"
    log.write_text("".join(json.dumps(record) + "\n" for record in records()))
    petrel.import_files(tmp_path / "data", "--config", config, log)
    marks = {number: (many(noise.get("kind")), many(noise.get("name"))) for number, noise in stored(petrel, tmp_path / "data").items()}
    assert marks == {
        0: (["own"], ["lab"]), 1: (["own"], ["lab"]), 2: (["scanner"], ["research"]), 3: ([], []), 4: (["scanner"], ["research"]),
        5: (["feed"], ["blocked"]), 6: ([], []), 7: (["agent"], ["Censys"]), 8: (["scanner", "agent"], ["research", "*our-probe*"]),
        9: ([], []),
    }
    server = serve("--config", config, data=None)

    def count(query):
        return server.get(f"/api/v1/count?q={urllib.parse.quote(query)}").json["count"]

    until(lambda: count("") == 10, what="the columns")
    assert (count(SHOWN), count(HIDDEN)) == (3, 7)
    top = server.get(f"/api/v1/top?field=noise.kind&q={urllib.parse.quote(HIDDEN)}").json["groups"]
    assert {group["values"][0]: group["count"] for group in top} == {"own": 2, "scanner": 3, "agent": 2, "feed": 1}
    recent = server.get(f"/api/v1/live/snapshot?q={urllib.parse.quote(SHOWN)}").json["recent"]
    assert len(recent) == 3 and all(len(row) == 14 for row in recent)
    every = server.get("/api/v1/live/snapshot").json["recent"]
    assert sorted(row[14] for row in every if len(row) == 15) == ["agent", "feed", "own", "own", "scanner", "scanner", "scanner"]


def test_without_the_section_nothing_is_marked(petrel, tmp_path):
    log = tmp_path / "eve.json"
    log.write_text("".join(json.dumps(record) + "\n" for record in records()))
    petrel.import_files(tmp_path / "data", log)
    assert not any(stored(petrel, tmp_path / "data").values())


@pytest.mark.parametrize("parts", [1, 4])
def test_repeat_offenders_are_the_same_however_the_log_comes(petrel, tmp_path, scanners, parts):
    config = configure(tmp_path, scanners, "  repeat: {more_than: 2, within: 1m}\n")
    # eve() has an event each second: five in the first minute, then one in each of the next two.
    numbers = [0, 1, 2, 3, 4, 61, 121]
    for part in range(parts):
        log = tmp_path / f"{part}.json"
        chosen = numbers[len(numbers) * part // parts:len(numbers) * (part + 1) // parts]
        log.write_text("".join(json.dumps(eve(number, src_ip="203.0.113.50")) + "\n" for number in chosen))
    petrel.import_files(tmp_path / "data", "--config", config, *(tmp_path / f"{part}.json" for part in range(parts)))
    marked = {number for number, noise in stored(petrel, tmp_path / "data").items() if noise.get("kind") == "repeat"}
    # In several files some other event may be the first; as many are marked.
    assert len(marked & {0, 1, 2, 3, 4}) == 3 and 121 not in marked
    if parts == 1:
        assert marked == {2, 3, 4, 61}


@pytest.mark.timeout(150)
def test_a_changed_list_is_loaded_again_and_a_broken_one_is_not(petrel, serve, tmp_path, scanners):
    server = serve("--config", configure(tmp_path, scanners), data=None)
    server.ingest([now_eve(1, src_ip="198.51.100.1"), now_eve(2, src_ip="203.0.113.9")])
    other = tmp_path / "new"
    other.write_text("203.0.113.9\n")
    other.rename(scanners)
    until(lambda: "noise lists loaded again: research" in server.errors, seconds=60, what="the new list")
    server.ingest([now_eve(3, src_ip="198.51.100.1"), now_eve(4, src_ip="203.0.113.9")])
    other.write_text("")
    other.rename(scanners)
    until(lambda: "the noise lists stay as they were" in server.errors, seconds=60, what="the complaint")
    server.ingest([now_eve(5, src_ip="203.0.113.9")])
    server.stop()
    assert {number: noise.get("kind") for number, noise in stored(petrel, tmp_path / "data").items()} == {
        1: "scanner", 2: None, 3: None, 4: "scanner", 5: "scanner"}


@pytest.mark.parametrize("content", [None, "", "{\"not\": \"a list\"}\n"])
def test_a_list_that_cannot_be_read_is_an_error_at_start(petrel, tmp_path, scanners, content):
    scanners.unlink()
    if content is not None:
        scanners.write_text(content)
    log = tmp_path / "eve.json"
    log.write_text(json.dumps(eve(1)) + "\n")
    done = subprocess.run(
        [petrel.binary, "import", "--config", configure(tmp_path, scanners), log], cwd=petrel.folder, capture_output=True, timeout=100)
    assert done.returncode == 1
    assert "noise list research" in done.stderr.decode() and "scanners.txt" in done.stderr.decode()

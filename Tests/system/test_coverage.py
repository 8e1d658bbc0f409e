"""`petrel detect` and `petrel coverage`: what a log is, and how much of it is understood, without storing anything."""

import gzip
import json
import subprocess

import pytest

DOCKER = {"view_args": {}, "url": "http://192.0.2.10:2375/_ping", "headers": [], "method": "GET", "source": "198.51.100.7", "data": ""}


def run(petrel, name, *arguments):
    """Runs a command; `detect` needs no data files, so it has no option for them."""
    if name != "detect":
        return petrel(name, *arguments)
    return subprocess.run([petrel.binary, name, *map(str, arguments)], cwd=petrel.folder, capture_output=True, timeout=60)


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    lines = "".join(json.dumps(DOCKER) + "\n" for _ in range(3)) + "{cut\n"
    with gzip.open(folder / "dockerapi.2375.2024_05_01_12.log.gz", "wt") as file:
        file.write(lines)
    (folder / "array.json").write_text(json.dumps([DOCKER, DOCKER], indent=2))
    return folder


def test_coverage_counts_what_an_import_stores(petrel, logs, tmp_path):
    done = petrel("coverage", "--json", logs / "dockerapi.2375.2024_05_01_12.log.gz", logs / "array.json")
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)["files"]
    assert (first["format"], first["records"], first["decoded"], first["events"]) == ("dockerapi", 4, 3, 3)
    assert first["dead_letters"] == {"malformed_json": 1}
    assert first["first_dead_letters"]["malformed_json"].startswith("at byte ")
    assert first["time_from"] == {"file_name": 3}
    assert (second["decoded"], second["time_from"]) == (2, {"arrival": 2})
    assert first["with_source_address"] == 3
    assert sum(first["attack_types"].values()) == first["families"]["attack"] == 3
    assert first["fields"]["source.ip"] == 3
    assert not list(petrel.folder.iterdir()), "coverage stores nothing"

    data = tmp_path / "data"
    books = petrel.import_files(data, logs / "dockerapi.2375.2024_05_01_12.log.gz")
    assert (books["stored"], books["dead_lettered"]) == (3, 1)
    assert {event["@timestamp"] for event in petrel.stored(data)} == {"2024-05-01T12:00:00Z"}


def test_people_get_lines_and_no_control_characters(petrel, logs):
    (logs / "evil.json").write_text(json.dumps(DOCKER | {"source": "\u001b[31mred"}) + "\n")
    done = petrel("coverage", "--fields", logs / "evil.json")
    assert done.returncode == 0 and b"\x1b" not in done.stdout
    text = done.stdout.decode()
    assert "format         dockerapi" in text and "source.domain" in text and "100 %" in text


def test_exit_codes_tell_what_is_not_understood(petrel, logs):
    (logs / "prose.txt").write_text("Once upon a time\n")
    for name in ["detect", "coverage"]:
        assert run(petrel, name, logs / "array.json").returncode == 0
        assert run(petrel, name, logs / "array.json", logs / "prose.txt").returncode == 3
        assert run(petrel, name, logs / "prose.txt").returncode == 1
        assert run(petrel, name, logs / "absent.json").returncode == 1
        assert run(petrel, name).returncode == 2
    assert petrel("coverage", "--format", "dockerapy", logs / "array.json").returncode == 2


def test_detect_names_the_format(petrel, logs):
    done = run(petrel, "detect", "--json", logs / "array.json")
    assert done.returncode == 0
    found = json.loads(done.stdout)["files"][0]
    assert found["format"] == "dockerapi" and list(found["claims"]) == ["dockerapi"]

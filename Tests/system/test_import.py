"""`petrel import`: every record once, and the books say so."""

import collections
import csv
import gzip
import json
import os
import pty
import re
import shutil
import subprocess
from datetime import datetime, timezone

import pytest

from conftest import adds_up, eve_line

MARX = 339_526
RECORDINGS = ["alerts-honeypot-2018.array.json", "alerts-wrccdc-2018.array.json", "eve-2019-0800.json", "eve-2026-malaysia-0800.json",
              "eve-2022-to-2023-lab-cet.json.gz", "eve-2025-dns-heavy.json.gz"]


def marx_countries(path):
    """Events by country code, and the rows that had to be repaired (`Washington, D.C.` stands unquoted in them)."""
    countries, repaired = collections.Counter(), 0
    with gzip.open(path, "rt", newline="") as file:
        rows = csv.reader(file)
        code, width = (header := next(rows)).index("cc"), len(header)
        for row in rows:
            if len(row) == width + 1:
                row[10:12] = [row[10] + "," + row[11]]
                repaired += 1
            assert len(row) == width
            countries[row[code]] += 1
    return countries, repaired


# A debug binary prints 340,000 documents in a minute.
@pytest.mark.timeout(600)
def test_marx_once_and_only_once(petrel, shared, tmp_path):
    original = shared / "marx/marx-geo.2013-03-to-07.csv.gz"
    data = tmp_path / "data"
    books = petrel.import_files(data, original, timeout=300)
    assert (books["received"], books["stored"], books["dead_lettered"]) == (MARX, MARX, 0)
    assert sum(source["stored"] for source in books["by_source"]) == MARX
    assert petrel.count(data) == MARX

    plain = tmp_path / "renamed.log"
    with gzip.open(original) as source, plain.open("wb") as target:
        shutil.copyfileobj(source, target)
    subprocess.run(["zstd", "-q", "-1", plain, "-o", tmp_path / "other.zst"], check=True)
    with (tmp_path / "other.xz").open("wb") as target:
        subprocess.run(["xz", "-0", "-c", plain], stdout=target, check=True)
    shutil.copy(original, tmp_path / "copy")
    for again in [original, tmp_path / "copy", plain, tmp_path / "other.zst", tmp_path / "other.xz"]:
        books = petrel.import_files(data, again, timeout=300)
        assert (books["received"], books["stored"], books["duplicate"]) == (MARX, 0, MARX), again.name
    assert petrel.count(data) == MARX

    countries, repaired = marx_countries(original)
    assert repaired == 75 and sum(countries.values()) == MARX
    stored = collections.Counter()
    ids = set()
    # Whole documents cost a minute to parse; the two values are found by their place, the first with 1000 documents as a check.
    place = re.compile(rb'"source":\{.*?"country_iso_code":"(..)"')
    with (tmp_path / "events").open("wb") as out:
        subprocess.run(petrel.command("tail", "--no-follow", "--last", 400_000, "--data", data), stdout=out, check=True, cwd=petrel.folder)
    with (tmp_path / "events").open("rb") as events:
        for number, line in enumerate(events):
            source = line[line.index(b'"source":{'):line.index(b'"destination":{')] if b'"destination":{' in line else line[line.index(b'"source":{'):]
            found = place.search(source)
            code = found[1].decode() if found else ""
            ids.add(re.search(rb'"id":"(\d+)"', line)[1])
            if number % 340 == 0:
                event = json.loads(line)
                assert event["source"].get("geo", {}).get("country_iso_code", "") == code
                row = next(csv.reader([event["event"]["original"]]))
                assert row[7] == event["source"]["ip"] and (not row[8] or row[8] == code)
                assert event["@timestamp"] == row[0].replace(" ", "T") + "Z"
            stored[code] += 1
    assert len(ids) == MARX
    # Where the record names no country, Petrel may know one from the address; never another than the record's.
    unnamed = countries.pop("")
    extra = stored - countries
    assert not countries - stored, "fewer than in the file"
    assert sum(extra.values()) == unnamed
    assert (stored["CN"] >= 135_044, stored["US"] >= 69_285, stored["JP"] >= 13_335) == (True, True, True)


def instant(text):
    """An EVE time as UTC; times without zone are UTC."""
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_with_their_own_times(petrel, shared, tmp_path, name):
    path = shared / "suricata" / name
    text = (gzip.open(path) if name.endswith("gz") else path.open("rb")).read().decode()
    records = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line.strip()]
    books = petrel.import_files(tmp_path / "data", path)
    assert (books["received"], books["stored"]) == (len(records), len(records))
    stored = petrel.stored(tmp_path / "data")
    assert len(stored) == len(records)
    for record, event in zip(records, stored):
        assert json.loads(event["event"]["original"]) == record
        assert instant(event["@timestamp"]) == instant(record["timestamp"])
        assert event["event"]["family"] == ("attack" if record.get("event_type", "alert") == "alert" else "record")


def test_exit_codes(petrel, tmp_path):
    good = tmp_path / "good.json"
    good.write_bytes(b"".join(eve_line(n) for n in range(5)))
    data = tmp_path / "data"
    assert petrel.import_files(data, good)["stored"] == 5
    assert petrel.import_files(data, good, code=0)["duplicate"] == 5

    unknown = petrel("import", "--no-such-option", good)
    assert unknown.returncode == 2 and b"--no-such-option" in unknown.stderr and not unknown.stdout
    assert petrel("import").returncode == 2
    form = petrel("import", "--data", data, "--format", "suricatta", good)
    assert form.returncode == 2 and b"suricata" in form.stderr and not form.stdout
    assert petrel("no-such-command").returncode == 2

    other = tmp_path / "other.json"
    other.write_bytes(b"".join(eve_line(n) for n in range(10, 13)))
    some = petrel("import", "--json", "--data", data, tmp_path / "missing.json", other)
    assert some.returncode == 3 and b"missing.json" in some.stderr
    assert json.loads(some.stdout.splitlines()[-1])["stored"] == 3
    none = petrel("import", "--json", "--data", data, tmp_path / "missing.json")
    assert none.returncode == 1 and b"missing.json" in none.stderr
    assert json.loads(none.stdout.splitlines()[-1])["received"] == 0
    assert petrel.count(data) == 8


def test_interrupted_import_tells_nothing_wrong(petrel, tmp_path):
    """The text report goes to standard output, progress and problems to standard error."""
    good = tmp_path / "good.json"
    good.write_bytes(b"".join(eve_line(n) for n in range(5)))
    done = petrel("import", "--data", tmp_path / "data", good)
    assert done.returncode == 0
    assert re.search(rb"^stored +5$", done.stdout, re.M) and b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", [b"a\x1b]0;owned\x07\x1b[2Jb.json", "a\x9b31mb.json".encode(), b"a\r\x08\x7fb.json", b"a\nb.json"])
def test_hostile_file_names_reach_no_terminal(petrel, tmp_path, name):
    """On a terminal only the program's own `\\r ESC [ K` may appear."""
    present = os.path.join(os.fsencode(tmp_path), name)
    with open(present, "wb") as file:
        file.write(eve_line(1) + b"{ cut\n")
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [os.fsencode(part) for part in petrel.command("import", "--data", tmp_path / "data")] + [present, present + b".missing"],
        cwd=petrel.folder, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower)
    os.close(follower)
    out = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # EIO: the other side is closed
            break
        if not part:
            break
        out += part
    os.close(leader)
    assert process.wait(60) == 3, out
    text = out.decode(errors="surrogateescape").replace("\r\x1b[K", "").replace("\r\n", "\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), ascii(text)

    piped = subprocess.run(
        [os.fsencode(part) for part in petrel.command("import", "--json", "--data", tmp_path / "data2")] + [present, present + b".missing"],
        cwd=petrel.folder, capture_output=True, timeout=60)
    assert json.loads(piped.stdout.splitlines()[-1])["stored"] == 1
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", piped.stdout + piped.stderr)


@pytest.mark.xfail(strict=True, reason="a file whose name is not UTF-8 cannot be opened")
@pytest.mark.parametrize("name", [b"a\x9b31mb.json", b"caf\xe9.json"])
def test_file_names_need_not_be_utf8(petrel, tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(eve_line(1))
    done = subprocess.run([*petrel.command("import", "--json", "--data", tmp_path / "data"), path], cwd=petrel.folder, capture_output=True, timeout=60)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stdout + done.stderr)
    assert done.returncode == 0 and json.loads(done.stdout)["stored"] == 1


def test_standard_input(petrel, tmp_path):
    data, log = tmp_path / "data", tmp_path / "eve.json"
    lines = b"".join(eve_line(n) for n in range(7_000))
    log.write_bytes(eve_line(9_000))
    done = petrel("import", "--json", "--data", data, "-", log, input=lines + b"broken\n")
    assert done.returncode == 0, done.stderr
    books = json.loads(done.stdout.splitlines()[-1])
    assert adds_up(books) and (books["received"], books["stored"], books["dead_lettered"]) == (7_002, 7_001, 1)
    assert [file["path"] for file in books["files"]] == [str(log), "-"] and not any(file["error"] for file in books["files"])
    # A pipe has no name by which it could be known.
    assert petrel("import", "--data", data, "-", input=eve_line(1)).returncode == 0
    assert petrel.count(data) == 7_002


def test_standard_input_that_is_nothing(petrel, tmp_path):
    data = tmp_path / "data"
    empty = petrel("import", "--json", "--data", data, "-", input=b"")
    assert empty.returncode == 0 and json.loads(empty.stdout.splitlines()[-1])["received"] == 0, empty.stderr
    unknown = petrel("import", "--data", data, "-", input=b"no log at all\n" * 100)
    assert unknown.returncode == 1 and b"standard input: " in unknown.stderr, unknown.stderr
    twice = petrel("import", "--data", data, "-", "-", input=b"")
    assert twice.returncode == 2 and b"once" in twice.stderr

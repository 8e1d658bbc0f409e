"""Hostile input: each record is stored or dead-lettered with a reason, and what follows is stored."""

import gzip
import json
import os
import subprocess
import threading

import pytest

from conftest import eve, eve_line, until

REASONS = {"malformed_json", "malformed_csv", "malformed_xml", "not_an_object", "missing_field", "bad_time", "bad_value", "too_long", "unknown_format"}
TAIL = b"".join(eve_line(number) for number in range(1_000, 1_003))
TAIL_IDS = ["1000", "1001", "1002"]


def dead_letters(serve):
    server = serve()
    letters = server.get("/api/v1/dead-letters?limit=1000").json["dead_letters"]
    server.stop()
    for letter in letters:
        assert letter["reason"] in REASONS and letter["detail"], letter
    return letters


def test_recorded_hostile_lines(petrel, serve, shared, tmp_path):
    lines = (shared / "hostile/hostile-eve.SYNTHETIC.jsonl").read_bytes().split(b"\n")
    records = [line for line in lines if line.strip()]
    log = tmp_path / "hostile.json"
    log.write_bytes(b"\n".join(lines) + b"\n" + TAIL)
    books = petrel.import_files(tmp_path / "data", "--format", "suricata", log)
    assert books["received"] == len(records) + 3
    assert books["stored"] + books["dead_lettered"] == books["received"]
    stored = petrel.stored(tmp_path / "data")
    assert [event.get("flow", {}).get("id") for event in stored[-3:]] == TAIL_IDS
    letters = dead_letters(serve)
    assert len(letters) == books["dead_lettered"]
    # All that a parser can accept was stored: BOM, duplicate keys, odd ports, invalid UTF-8, epoch, addresses, surrogates.
    notes = {json.loads(event["event"]["original"]).get("note") for event in stored if b"\xff" not in event["event"]["original"].encode(errors="replace")}
    assert {"BOM first", "duplicate key", "port as string and float", "epoch float", "mapped and zoned addresses"} <= notes
    assert {letter["reason"] for letter in letters} >= {"bad_time", "malformed_json", "not_an_object"}


NASTY = {
    "empty object": b"{}", "text": b"hello", "number": b"42", "string": b'"x"', "null": b"null", "array": b"[1,2]", "cut": b'{"event_type":"al',
    "two values": b'{"event_type":"alert"}{"event_type":"alert"}', "trailing": b'{"event_type":"alert"} x', "single quotes": b"{'event_type':'alert'}",
    "deep array": b'{"event_type":"alert","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep object": b'{"event_type":"alert","x":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "unclosed depth": b"[" * 200_000,
    "NUL bytes": b'{"event_type":"alert","in_iface":"a\x00b"}', "only NUL": b"\x00" * 1_000,
    "NUL escape": b'{"event_type":"alert","in_iface":"a\\u0000b"}',
    "invalid UTF-8": b'{"event_type":"alert","in_iface":"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80"}',
    "invalid UTF-8 in a key": b'{"event_type":"alert","\xff":1}',
    "lone surrogates": b'{"event_type":"alert","in_iface":"\\ud83d \\ude00 \\udfff"}', "bad escape": b'{"event_type":"alert","x":"\\q"}',
    "cut escape": b'{"event_type":"alert","x":"\\u12"}', "control character": b'{"event_type":"alert","x":"a\x01b\tc"}',
    "port beyond Int64": b'{"event_type":"alert","src_port":123456789012345678901234567890}',
    "negative port": b'{"event_type":"alert","src_port":-1,"dest_port":65536}', "float port": b'{"event_type":"alert","src_port":1e400}',
    "bytes beyond Int64": b'{"event_type":"flow","flow":{"bytes_toserver":9223372036854775807,"bytes_toclient":9223372036854775807,"pkts_toserver":1e308,"age":1e300}}',
    "least Int64": b'{"event_type":"flow","flow":{"bytes_toserver":-9223372036854775808,"bytes_toclient":-9223372036854775808,"age":-9223372036854775808}}',
    "NaN": b'{"event_type":"alert","x":NaN,"y":Infinity}', "leading zero": b'{"event_type":"alert","x":007}',
    "huge exponent": b'{"event_type":"alert","timestamp":1e999}', "epoch beyond": b'{"event_type":"alert","timestamp":99999999999999999999}',
    "least epoch": b'{"event_type":"alert","timestamp":-9223372036854775808}', "year 0": b'{"event_type":"alert","timestamp":"0000-00-00T00:00:00Z"}',
    "year 9999": b'{"event_type":"alert","timestamp":"9999-12-31T23:59:60.999999999+2359"}', "month 13": b'{"event_type":"alert","timestamp":"2026-13-01T00:00:00Z"}',
    "long time": b'{"event_type":"alert","timestamp":"2026-01-01T00:00:00.' + b"9" * 10_000 + b'Z"}',
    "types swapped": b'{"event_type":"alert","src_ip":{"a":1},"dest_ip":[1],"proto":true,"alert":"no","flow":[],"http":7}',
    "type as object": b'{"event_type":{"a":1}}', "empty type": b'{"event_type":""}', "odd type": b'{"event_type":"../../etc/passwd\\u0000<script>"}',
    "bad addresses": b'{"event_type":"alert","src_ip":"999.1.1.1","dest_ip":"::::"}', "long address": b'{"event_type":"alert","src_ip":"' + b"1." * 5_000 + b'"}',
    "prototype": b'{"__proto__":{"x":1},"event_type":"alert","constructor":1}', "10,000 keys": b'{"event_type":"alert",' + b",".join(b'"k%d":1' % n for n in range(10_000)) + b"}",
    "same key 10,000 times": b'{"event_type":"alert"' + b',"src_port":1' * 10_000 + b"}", "long number": b'{"event_type":"alert","src_port":' + b"1" * 100_000 + b"}",
    "right-to-left": '{"event_type":"alert","in_iface":"\u202e\u2066gpj.exe\u2028\u2029\x85"}'.encode(), "markup": b'{"event_type":"alert","alert":{"signature":"<script>alert(1)</script>\\" onload="}}',
}


def test_each_nasty_line_has_one_verdict_and_the_next_is_stored(serve):
    server = serve()
    number = 5_000
    for name, line in NASTY.items():
        before, after = eve(number), eve(number + 1)
        answer = server.ingest(json.dumps(before).encode() + b"\n" + line + b"\n" + json.dumps(after).encode() + b"\n", query="?verdicts=all")
        assert answer.status == 200, (name, answer.body)
        books = answer.json
        assert books["received"] == books["stored"] + books["dead_lettered"] == 3, (name, books)
        assert [record["status"] for record in books["records"]][::2] == ["stored", "stored"], (name, books)
        for record in books["records"]:
            assert record["status"] == "stored" or record["reason"].split(":")[0] in REASONS, (name, record)
        for key, record in {"first_id": before, "last_id": after}.items():
            assert json.loads(server.get(f"/api/v1/events/{books[key]}").json["event"]["original"]) == record, name
        number += 2
    stored = server.snapshot()["ledger"]
    assert stored["received"] == 3 * len(NASTY)
    # What was stored can be read by everything that shows it.
    with server.stream("/api/v1/stream?after=0") as stream:
        for _, message in zip(range(stored["stored"]), stream.events()):
            json.loads(message["data"])
    assert all(b"\x00" not in server.get(path).body for path in ["/api/v1/evidence?families=attack,record", "/api/v1/dead-letters", "/api/v1/live/snapshot"])


def test_nasty_lines_in_a_file(petrel, tmp_path):
    """The same from a file, where records are found in pieces of the file."""
    log = tmp_path / "nasty.json"
    lines = [part for number, line in enumerate(NASTY.values()) if line not in (b"[" * 200_000,) for part in (line + b"\n", eve_line(7_000 + number))]
    log.write_bytes(b"".join(lines) + TAIL)
    books = petrel.import_files(tmp_path / "data", "--format", "suricata", log)
    stored = petrel.stored(tmp_path / "data")
    ids = [event["flow"]["id"] for event in stored if "id" in event.get("flow", {})]
    assert ids[-3:] == TAIL_IDS
    assert [n for n in ids if n.startswith("7")] == [str(7_000 + n) for n, line in enumerate(NASTY.values()) if line != b"[" * 200_000]
    assert books["received"] == len(lines) + 3
    assert books["stored"] + books["dead_lettered"] == books["received"]


def test_a_5_megabyte_line(petrel, serve, tmp_path):
    log = tmp_path / "long.json"
    log.write_bytes(eve_line(1) + eve_line(2, pad="A" * 5_000_000) + TAIL)
    books = petrel.import_files(tmp_path / "data", log)
    assert (books["received"], books["stored"], books["dead_lettered"]) == (5, 4, 1)
    letter, = dead_letters(serve)
    assert letter["reason"] == "too_long" and letter["length"] > 5_000_000 and letter["offset"] == len(eve_line(1))
    assert len(letter["sample"]) <= 512


def test_csv_with_quotes_that_never_close(petrel, shared, tmp_path):
    with gzip.open(shared / "marx/marx-geo.2013-03-to-07.csv.gz") as file:
        head, *rows = [next(file) for _ in range(201)]
    for number, bad in enumerate([b'"', b'2013-03-03 21:53:59,"groucho', b"," * 100_000, b"\xff\xfe,,\x00"]):
        log = tmp_path / f"{number}.csv"
        log.write_bytes(head + b"".join(rows[:100]) + bad + b"\n" + b"".join(rows[100:]))
        books = petrel.import_files(tmp_path / f"data{number}", log)
        assert books["received"] == 201 and books["dead_lettered"] == 1, (bad[:30], books)
        assert petrel.count(tmp_path / f"data{number}") == 200


@pytest.mark.parametrize("content", [b"", b"\n\r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"[]", b"[\n]\n"])
def test_files_without_records(petrel, tmp_path, content):
    log = tmp_path / "empty.json"
    log.write_bytes(content)
    for form in [[], ["--format", "suricata"]]:
        done = petrel("import", "--json", "--data", tmp_path / "data", *form, log)
        assert done.returncode in (0, 1), done.stderr
        books = json.loads(done.stdout.splitlines()[-1])
        assert books["received"] == books["stored"] == 0
    assert petrel.count(tmp_path / "data") == 0


def test_a_folder_is_no_file(petrel, tmp_path):
    folder = tmp_path / "folder.json"
    folder.mkdir()
    done = petrel("import", "--json", "--data", tmp_path / "data", folder, timeout=30)
    assert done.returncode == 1 and b"folder.json" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["received"] == 0


def test_a_pipe_is_refused_without_waiting_for_its_writer(petrel, tmp_path):
    fifo = tmp_path / "fifo.json"
    os.mkfifo(fifo)
    done = petrel("import", "--data", tmp_path / "data", fifo)
    assert done.returncode == 1 and b"not a regular file" in done.stderr


def test_a_file_that_may_not_be_read(petrel, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    log = tmp_path / "secret.json"
    log.write_bytes(TAIL)
    log.chmod(0)
    assert petrel("import", "--data", tmp_path / "data", log).returncode == 1


@pytest.mark.parametrize("way", ["cut", "damaged"])
def test_a_broken_gzip_is_read_as_far_as_it_goes(petrel, tmp_path, way):
    packed = bytearray(gzip.compress(b"".join(eve_line(number) for number in range(20_000)), 1))
    if way == "cut":
        del packed[len(packed) * 3 // 4:]
    else:
        packed[len(packed) * 3 // 4] ^= 0xFF
    log = tmp_path / "broken.json.gz"
    log.write_bytes(packed)
    done = petrel("import", "--json", "--data", tmp_path / "data", log)
    assert done.returncode == 1 and b"broken.json.gz" in done.stderr
    books = json.loads(done.stdout.splitlines()[-1])
    # Damage can change text before the checksum tells; what is lost is near the damage.
    assert books["stored"] > 10_000 and books["received"] == books["stored"] + books["dead_lettered"]


def test_stdin_source_takes_a_pipe(petrel, serve, tmp_path):
    """`-` is no file; a pipe is a source of its own."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)

    def write():
        with fifo.open("wb") as pipe:
            pipe.write(TAIL)

    config = tmp_path / "petrel.yaml"
    config.write_text("sources:\n  - name: in\n    type: stdin\n    format: suricata\n")
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    with fifo.open("rb") as pipe:
        process = subprocess.Popen(petrel.command("serve", "--config", config, "--data", tmp_path / "data", "--port", "0"),
                                   cwd=petrel.folder, stdin=pipe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: (tmp_path / "data").exists() and petrel("count", "--data", tmp_path / "data").stdout.strip() == b"3", what="three stored events")
        process.terminate()
        assert process.wait(20) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()

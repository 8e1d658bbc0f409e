"""Every recorded record that states a source address or a time becomes an event with that address and that time.

An oracle of its own (`stated`, `stated_lines`) reads the recordings; the product imports them; the two are compared record by record.
PETREL_SLOW=1 asks for the large files too.
"""

import json
import subprocess
from collections import defaultdict, deque

import pytest

from conftest import SLOW
from stated import (
    NOT_JUDGED, american, cowrie_lines, dated, dated_list, elements, epoch_time, fast_alerts, iso_time, records, table, text_of,
    zeek_columns,
)
from stated_lines import lines

LARGE = 100_000
POST = "app.bsky.feed.post"

#: Files, and how they are read.
FAMILIES = {
    "adbhoney": (["adbhoney/*"], records(["src_ip"])),
    "cowrie": (["cowrie/cowrie.json*"], records(["src_ip"])),
    "cowrie-text": (["cowrie/cowrie.log*"], cowrie_lines),
    "dionaea": (["dionaea/*"], records(["remote_host"])),
    "dockerapi": (["dockerhoneypot/*"], records(["source"], time=None)),
    "elasticpot": (["elasticpot/*"], records(["src_ip"])),
    "lists": (["feeds/*.ipset", "feeds/firehol-2016-12/*", "feeds/ipsum*"], dated_list),
    "marx": (["marx/*.csv.gz"], table(iso_time, source=7)),
    "marx-cr": (["marx/*cr-only.csv"], table(american, source=7, ends="\r")),
    "mhn": (["mhn/*"], records(["source_ip"], time="timestamp/$date")),
    "opencanary": (["opencanary/*"], records(["src_host"], time="utc_time")),
    "qeeqbox": (["qeeqbox/*"], records(["src_ip"])),
    "satori": (["livefeeds/satori*"], elements("body/messages", None, ["attacker_ip"])),
    "snort-fast": (["snort/*fast*", "suricata/fast*"], fast_alerts),
    "snort-json": (["snort/*json*"], records(["src_addr"], clock=dated)),
    "suricata": (["suricata/*.json*"], records(["src_ip"])),
    "tanner": (["tanner/*"], records(["peer/ip"])),
    "text": (["suricata/eve-in-syslog*", "syslog/**/*"], lines),
    "threatfox": (["feeds/threatfox*"], elements("iocs", "first_seen")),
    "tweetfeed": (["social/tweetfeed/*"], table(iso_time)),
    # The host of a line of software.log runs the software: it attacks nobody.
    "zeek": (["zeek/wrccdc-2018/*", "zeek/*.gz"], records(["id.orig_h", "src"], time="ts")),
    "zeek-tsv": (["zeek/rita/*", "zeek/wrccdc-2018-tsv/*"], zeek_columns),
    "bluesky": (
        ["social/jetstream/*"],
        records(
            time="time_us", clock=int,
            wanted=lambda record: record.get("commit", {}).get("collection") == POST and record["commit"]["operation"] != "delete"),
    ),
}
#: Lines whose event differs from what this reader finds in them, with the reason; told by a part of the line.
EXCEPTIONS = {
    "smtp: A A A A": "cut before the words that tell whose address it is",
    "rhost=192.0.2.2 user=test rhost=": "of two fields the last counts, for the first may be the intruder's text",
    "ssh2: from 10.10.1.2": "of two addresses the last counts, for the first may be in the intruder's user name",
}


def chosen(shared, patterns):
    """The files of a family, each content once, as an import takes it; the large ones in the slow tier only, but one at least."""
    contents = {path.read_bytes(): path for pattern in patterns for path in shared.glob(pattern) if path.is_file()}
    files = sorted(contents.values())
    return [path for path in files if SLOW or path.stat().st_size <= LARGE] or files[:1]


def agrees(statement, event):
    """Whether an event has the address and the time of its record, and says so where the record has no time."""
    if statement.address is not NOT_JUDGED and event.get("source", {}).get("ip") != statement.address:
        return False
    if statement.time is NOT_JUDGED:
        return True
    if statement.time is None:
        return "time_quality" in event["event"]
    if "time_quality" in event["event"]:
        return False
    if isinstance(statement.time, str):
        return event["@timestamp"][5:].startswith(statement.time.rstrip("0") if "." in statement.time else statement.time)
    return iso_time(event["@timestamp"]) == statement.time


def differences(statements, events):
    """What the events of some files have otherwise than their records, and how many records state an address and a time."""
    waiting = defaultdict(deque)
    for statement in statements:
        waiting[statement.raw].append(statement)
    found, addresses, times = [], 0, 0
    for event in events:
        raw = event["event"].get("original", "")
        if not waiting[raw]:
            found.append(f"no record was read like this one: {raw[:300]}")
            continue
        statement = waiting[raw].popleft()
        addresses += isinstance(statement.address, str)
        times += isinstance(statement.time, (int, str))
        if not agrees(statement, event) and not any(part in raw for part in EXCEPTIONS):
            got = event.get("source", {}).get("ip"), event["@timestamp"], event["event"].get("time_quality")
            found.append(f"{statement.address} {statement.time} became {got}: {raw[:300]}")
    found += [f"no event: {statement.raw[:300]}" for queue in waiting.values() for statement in queue]
    return found, addresses, times


def claimed(petrel, files):
    """The files that a format claims."""
    done = subprocess.run([petrel.binary, "detect", "--json", *map(str, files)], capture_output=True, timeout=170)
    assert done.returncode in (0, 3), done.stderr.decode(errors="replace")
    return [path for path, found in zip(files, json.loads(done.stdout)["files"], strict=True) if found.get("format")]


@pytest.mark.timeout(1800 if SLOW else 600)
@pytest.mark.parametrize("family", FAMILIES)
def test_events_have_the_address_and_time_of_their_records(petrel, shared, tmp_path, family):
    patterns, read = FAMILIES[family]
    files = claimed(petrel, chosen(shared, patterns))
    assert files
    data = tmp_path / "data"
    petrel.import_files(data, *files, timeout=550)
    statements = (statement for path in files for statement in read(text_of(path)))
    found, addresses, times = differences(statements, petrel.stored(data))
    print(f"{family}: {len(files)} files, {addresses} records state a source address, {times} a time, {len(found)} differ")
    assert not found, "\n".join(found[:20])

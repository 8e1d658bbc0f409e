#!/usr/bin/env python3
"""A good Python script: EVE file → orjson → maxminddb's C extension → SQLite by executemany. Prints one JSON line.

    ingest_sqlite.py --mmdb city.mmdb --database events.db EVE

One thread, WAL, batches of 5,000 rows, repeated strings coded to integers, GeoIP answers cached by address. It stores
fourteen columns and the printable payload; unlike Petrel it keeps no raw line, no cursor, no duplicate check and no ledger.
"""

import argparse
import json
import socket
import sqlite3
import time
from datetime import datetime
from itertools import islice
from pathlib import Path

import maxminddb
import orjson

BATCH = 5000
COLUMNS = "ts int, app int, src_ip, src_port int, dst_ip, dst_port int, proto int, signature int, category int, severity int, country int, city int, lat real, lon real, sensor int, payload text"
INDEXES = ["ts", "src_ip, ts", "country, ts", "dst_port, ts", "signature, ts"]


class Codes(dict):
    """Numbers strings in order of appearance."""

    def __missing__(self, key):
        self[key] = len(self)
        return self[key]


def address(text):
    """An IPv4 address as an integer, an IPv6 address as 16 bytes."""
    if ":" in text:
        return socket.inet_pton(socket.AF_INET6, text)
    return int.from_bytes(socket.inet_aton(text), "big")


def rows(file, places):
    """One tuple per alert."""
    strings, known = Codes(), {}
    parse, stamp = orjson.loads, datetime.fromisoformat
    for line in file:
        event = parse(line)
        alert, source = event["alert"], event["src_ip"]
        origin = known.get(source)
        if origin is None:
            place = places.get(source) or {}
            where = place.get("location", {})
            origin = known[source] = (
                address(source),
                strings[place.get("country", {}).get("iso_code", "")],
                strings[place.get("city", {}).get("names", {}).get("en", "")],
                where.get("latitude"),
                where.get("longitude"),
            )
        yield (
            int(stamp(event["timestamp"]).timestamp() * 1000), strings[event["app_proto"]], origin[0], event["src_port"],
            address(event["dest_ip"]), event["dest_port"], strings[event["proto"]], strings[alert["signature"]],
            strings[alert["category"]], alert["severity"], origin[1], origin[2], origin[3], origin[4],
            strings[event["in_iface"]], event["payload_printable"],
        )  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eve")
    parser.add_argument("--mmdb", required=True)
    parser.add_argument("--database", type=Path, required=True, help="written anew")
    parser.add_argument("--indexes", type=int, default=0, help="live secondary indexes, 0 to 5 (default 0, the fastest)")
    parser.add_argument("--synchronous", choices=["normal", "full"], default="normal")
    arguments = parser.parse_args()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{arguments.database}{suffix}").unlink(missing_ok=True)

    started = time.perf_counter()
    places = maxminddb.open_database(arguments.mmdb, maxminddb.MODE_MMAP_EXT)
    store = sqlite3.connect(arguments.database, isolation_level=None)
    store.executescript(
        f"pragma journal_mode = wal; pragma synchronous = {arguments.synchronous}; pragma cache_size = -262144;"
        f"pragma wal_autocheckpoint = 4000; create table event({COLUMNS})"
    )
    for number, columns in enumerate(INDEXES[: arguments.indexes]):
        store.execute(f"create index by_{number} on event({columns})")
    insert = f"insert into event values ({','.join('?' * 16)})"
    with open(arguments.eve, "rb") as file:
        pending = rows(file, places)
        while batch := list(islice(pending, BATCH)):
            store.execute("begin")
            store.executemany(insert, batch)
            store.execute("commit")
    (count,) = store.execute("select count(*) from event").fetchone()
    store.close()
    seconds = time.perf_counter() - started
    report = {
        "events": count,
        "seconds": round(seconds, 3),
        "events_per_second": round(count / seconds),
        "indexes": arguments.indexes,
        "synchronous": arguments.synchronous,
        "bytes": arguments.database.stat().st_size,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()

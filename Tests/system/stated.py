"""What recorded logs state themselves: the source address and the time of each record, read without the product.

A second reader of the recorded families: small tables, regular expressions and the standard library, so that what the product's
decoders find can be compared with it record by record.
"""

import csv
import gzip
import io
import ipaddress
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s?(Z|UTC|[+-]\d\d:?\d\d)?")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
#: The record may state a time or an address, but this reader does not know the form.
NOT_JUDGED = object()


@dataclass
class Statement:
    """One record: its text, its source address and its time, in microseconds since 1970 or, where the year is missing, `MM-DDTHH:MM:SS`."""

    raw: str
    address: object
    time: object


def text_of(path):
    data = path.read_bytes()
    if path.name.endswith(".gz"):
        data = gzip.decompress(data)
    return data.decode("utf-8-sig", errors="replace")


def address(value):
    """The address that a value is, in its shortest form; None for names, nothing and anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = ipaddress.ip_address(value.strip().partition("%")[0])
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def micros(instant):
    return (instant.astimezone(timezone.utc) - EPOCH) // timedelta(microseconds=1)


def parsed(text, form):
    """The microseconds of a time of that form; UTC where it has no zone."""
    instant = datetime.strptime(text, form)
    return micros(instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc))


def iso_time(value):
    """The microseconds of an ISO time at the beginning; without a zone it is UTC, digits beyond microseconds are cut."""
    found = ISO.match(value) if isinstance(value, str) else None
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    zone = "+0000" if zone in (None, "Z", "UTC") else zone.replace(":", "")
    return parsed(f"{day}T{clock}{zone}", "%Y-%m-%dT%H:%M:%S%z") + int((fraction or "")[:6].ljust(6, "0"))


def epoch_time(value):
    """The microseconds of seconds written as a decimal number."""
    whole, _, fraction = str(value).partition(".")
    return int(whole) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


def dated(value):
    """The time of `MM/DD[/YYYY]-HH:MM:SS.ffffff`, which mostly lacks the year."""
    day, _, clock = value.partition("-")
    if day.count("/") == 2:
        return parsed(value, "%m/%d/%Y-%H:%M:%S.%f")
    return f"{day.replace('/', '-')}T{clock}"


def part(record, path):
    """The value at a path of keys joined by slashes, for keys themselves may hold dots."""
    for key in path.split("/"):
        record = record.get(key) if isinstance(record, dict) else None
    return record


def json_values(text):
    """Each value of JSON lines, or each element of an array, with its text; what is no JSON is passed over."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1 if text.lstrip().startswith("[") else 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text) or text[at] == "]":
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        yield text[at:end], value
        at = end


def records(addresses=(), time="timestamp", wanted=lambda record: True, clock=iso_time):
    """Reads JSON records, whose source stands at the first of some paths that holds an address."""

    def read(text):
        for raw, record in json_values(text):
            if wanted(record):
                source = next((found for path in addresses if (found := address(part(record, path)))), None)
                stated = part(record, time) if time else None
                yield Statement(raw, source, clock(stated) if stated is not None else None)

    return read


def elements(path, time, addresses=(), clock=iso_time):
    """Reads documents that hold several records; the first has the text of the whole, the others nothing."""

    def read(text):
        for raw, document in json_values(text):
            for entry in part(document, path) or []:
                source = next((found for name in addresses if (found := address(entry.get(name)))), None)
                yield Statement(raw, source, clock(entry[time]) if time else None)
                raw = ""

    return read


def table(time, source=None, ends="\n"):
    """Reads comma-separated lines whose time and source stand in columns."""

    def read(text):
        for line in filter(None, (line.rstrip("\r") for line in text.split(ends))):
            cells = next(csv.reader(io.StringIO(line)))
            if (stated := time(cells[0])) is not None:
                yield Statement(line, address(cells[source]) if source else None, stated)

    return read


def american(value):
    """`M/D/YY H:MM`."""
    return parsed(value, "%m/%d/%y %H:%M") if value[:1].isdigit() else None


def zeek_columns(text):
    """Zeek's tab-separated logs; a notice without a connection has its source in `src`."""
    for line in filter(None, text.split("\n")):
        if line.startswith("#"):
            if line.startswith("#fields"):
                names = line.split("\t")[1:]
            continue
        row = dict(zip(names, line.split("\t")))
        yield Statement(line, address(row.get("id.orig_h")) or address(row.get("src")), epoch_time(row["ts"]))


FAST = re.compile(r"([\d/]+-[\d:.]+) .*\{([^}]*)\} (\S+) -> \S+\s*$")


def fast_alerts(text):
    """One-line alerts; the address of a protocol with ports has one behind it."""
    for line in filter(None, text.splitlines()):
        time, protocol, source = FAST.match(line).groups()
        has_port = protocol in ("TCP", "UDP")
        yield Statement(line, address(source.rpartition(":")[0] if has_port else source), dated(time))


def dated_list(text):
    """Lists of addresses, whose time is in their comments: they have no source."""
    found = re.search(r"^# Source File Date: (.*) UTC (\d{4})", text, re.M)
    time = parsed(f"{found[1]} {found[2]}", "%a %b %d %H:%M:%S %Y") if found else None
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield Statement(line, None, time)


def cowrie_lines(text):
    """Cowrie's text log: the address is in the context, or that of a new connection; a line without a time goes on with the one before."""
    time = None
    for line in filter(str.strip, text.split("\n")):
        time = iso_time(line) or time
        found = re.match(r"\S+ \[[^\]]*,\d+,([\d.:a-f]+)\]", line) or re.match(r"\S+ \[\S+\] New connection: ([\d.]+):", line)
        yield Statement(line, address(found[1]) if found else None, time)

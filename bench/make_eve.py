#!/usr/bin/env python3
"""Writes a seeded Suricata EVE file: N alert lines of about 1,000 bytes.

    python3 bench/make_eve.py --lines 200000 --into .build-peers/eve.json

Skewed as real logs are: few addresses, signatures and ports make most lines, a long tail makes the rest, and scanners
that come once are mixed in. The same seed gives the same bytes.
"""

import argparse
import ipaddress
import itertools
import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

# Port: weight, application protocol, transport.
PORTS = {
    22: (30, "ssh", "TCP"), 445: (22, "smb", "TCP"), 23: (18, "failed", "TCP"), 80: (14, "http", "TCP"),
    1433: (9, "failed", "TCP"), 3389: (9, "rdp", "TCP"), 8080: (6, "http", "TCP"), 443: (6, "tls", "TCP"),
    5060: (6, "sip", "UDP"), 6379: (4, "failed", "TCP"), 5555: (4, "failed", "TCP"), 53: (3, "dns", "UDP"),
    2323: (3, "failed", "TCP"), 3306: (3, "failed", "TCP"), 11211: (2, "failed", "UDP"), 161: (2, "snmp", "UDP"),
    9200: (2, "http", "TCP"), 25: (2, "smtp", "TCP"), 2375: (1, "http", "TCP"), 27017: (1, "failed", "TCP"),
}  # fmt: skip

# Signature stem, category, severity.
SIGNATURES = [
    ("ET SCAN Potential SSH Scan", "Attempted Information Leak", 2),
    ("ET SCAN Suspicious inbound to MSSQL port 1433", "Potentially Bad Traffic", 2),
    ("ET SCAN Behavioral Unusually fast Terminal Server Traffic Inbound", "Misc activity", 3),
    ("ET EXPLOIT Possible ETERNALBLUE Probe", "A Network Trojan was detected", 1),
    ("ET CINS Active Threat Intelligence Poor Reputation IP", "Misc Attack", 2),
    ("ET DROP Spamhaus DROP Listed Traffic Inbound", "Misc Attack", 2),
    ("ET WEB_SERVER Possible SQL Injection Attempt", "Web Application Attack", 1),
    ("ET EXPLOIT Router Command Injection Inbound", "Attempted Administrator Privilege Gain", 1),
    ("ET MALWARE Mirai Variant User-Agent Inbound", "A Network Trojan was detected", 1),
    ("SURICATA STREAM Packet with invalid ack", "Generic Protocol Command Decode", 3),
]
AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 zgrab/0.x", "python-requests/2.28.1", "curl/7.88.1", "Go-http-client/1.1", "Hello, world",
]  # fmt: skip
PATHS = ["/", "/.env", "/.git/config", "/wp-login.php", "/cgi-bin/luci/;stok=/locale", "/boaform/admin/formLogin", "/api/v1/pods"]
LENGTH = 1000  # bytes of a line, on average


class Skewed:
    """Draws items with weights that fall as 1 / rank ** slope."""

    def __init__(self, items, slope):
        self.items = items
        self.weights = list(itertools.accumulate((rank + 1) ** -slope for rank in range(len(items))))

    def draw(self, generator, count):
        return generator.choices(self.items, cum_weights=self.weights, k=count)


def lines(count, seed):
    """Yields `count` EVE alert lines."""
    generator = random.Random(seed)
    regulars = Skewed([address(generator) for _ in range(40_000)], 0.7)
    rules = Skewed([rule(generator, number) for number in range(500)], 1.0)
    ports = list(PORTS)
    port_weights = list(itertools.accumulate(PORTS[port][0] for port in ports))
    clock = datetime(2024, 5, 1, tzinfo=timezone.utc)
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        drawn = zip(
            regulars.draw(generator, size), rules.draw(generator, size), generator.choices(ports, cum_weights=port_weights, k=size)
        )
        for regular, alert, port in drawn:
            clock += timedelta(microseconds=int(generator.expovariate(1 / 800_000)))
            source = regular if generator.random() < 0.85 else address(generator)
            yield line(generator, clock, source, alert, port)


def address(generator):
    """A public-looking IPv4 address; one in fifty is IPv6."""
    if generator.random() < 0.02:
        return str(ipaddress.IPv6Address(0x2A00 << 112 | generator.getrandbits(100)))
    first = generator.choice([n for n in range(1, 224) if n not in (10, 100, 127, 169, 172, 192, 198, 203)])
    return f"{first}.{generator.randrange(256)}.{generator.randrange(256)}.{generator.randrange(1, 255)}"


def rule(generator, number):
    """The `alert` object of one signature."""
    stem, category, severity = SIGNATURES[number % len(SIGNATURES)]
    return {
        "action": "allowed", "gid": 1, "signature_id": 2_001_000 + 17 * number, "rev": generator.randrange(1, 12),
        "signature": f"{stem} group {number // len(SIGNATURES) + 1}", "category": category, "severity": severity,
        "metadata": {
            "affected_product": ["Any"], "attack_target": ["Server"], "created_at": ["2019_07_15"],
            "deployment": ["Perimeter"], "signature_severity": [generator.choice(["Major", "Minor"])],
            "updated_at": ["2023_11_02"],
        },
    }  # fmt: skip


def line(generator, clock, source, alert, port):
    _, application, transport = PORTS[port]
    stamp = clock.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    destination = f"203.0.113.{generator.randrange(1, 9)}" if "." in source else f"2001:db8::{generator.randrange(1, 9):x}"
    record = {
        "timestamp": stamp, "flow_id": generator.getrandbits(50), "in_iface": "eth0", "event_type": "alert",
        "src_ip": source, "src_port": generator.randrange(1024, 65536), "dest_ip": destination, "dest_port": port,
        "proto": transport, "pkt_src": "wire/pcap", "community_id": f"1:{generator.getrandbits(108):027x}=",
        "alert": alert, "app_proto": application,
    }  # fmt: skip
    if application == "http":
        record["http"] = {
            "hostname": destination, "url": generator.choice(PATHS), "http_user_agent": generator.choice(AGENTS),
            "http_method": generator.choice(["GET", "POST"]), "protocol": "HTTP/1.1",
            "status": generator.choice([200, 302, 403, 404]), "length": generator.randrange(9000),
        }  # fmt: skip
    elif application == "ssh":
        record["ssh"] = {
            "client": {"proto_version": "2.0", "software_version": generator.choice(["Go", "libssh2_1.10.0", "OpenSSH_8.9p1"])},
            "server": {"proto_version": "2.0", "software_version": "OpenSSH_9.2p1"},
        }
    record["flow"] = {
        "pkts_toserver": generator.randrange(1, 40), "pkts_toclient": generator.randrange(40),
        "bytes_toserver": generator.randrange(60, 9000), "bytes_toclient": generator.randrange(90_000), "start": stamp,
    }  # fmt: skip
    text = json.dumps(record, separators=(",", ":"))
    room = max(20, LENGTH - len(text) - 40 + generator.randrange(-40, 41))
    payload = generator.choices("abcdefghijklmnopqrstuvwxyz0123456789./\\\"=;%& \r\n", k=room)
    return f'{text[:-1]},"payload_printable":{json.dumps("".join(payload))},"stream":1}}'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.into.parent.mkdir(parents=True, exist_ok=True)
    with arguments.into.open("w", encoding="ascii", newline="\n") as file:
        for text in lines(arguments.lines, arguments.seed):
            file.write(text + "\n")
    size = arguments.into.stat().st_size
    print(f"{arguments.into}: {arguments.lines} lines, {size / arguments.lines:.0f} bytes each")


if __name__ == "__main__":
    main()

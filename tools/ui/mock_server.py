#!/usr/bin/env python3
"""A stand-in for petrel's web server, for work on the user interface only.

It serves web/, the assets and the endpoints of docs/live-protocol.md with generated events. It keeps everything in
memory and its numbers are simple-minded; the protocol's authority is the document, not this file.

  tools/ui/mock_server.py --port 8080 --mode simulated --rate 20
  tools/ui/mock_server.py --mode replay --hostile
"""

import argparse
import json
import random
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MEDIA = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
PLACES = [
    ("CN", "China", 31.23, 121.47, 14), ("CN", "China", 39.90, 116.40, 8), ("US", "United States", 37.77, -122.42, 7),
    ("US", "United States", 40.71, -74.01, 6), ("RU", "Russia", 55.75, 37.62, 8), ("BR", "Brazil", -23.55, -46.63, 6),
    ("IN", "India", 19.08, 72.88, 6), ("VN", "Vietnam", 21.03, 105.85, 5), ("NL", "Netherlands", 52.37, 4.90, 5),
    ("DE", "Germany", 50.11, 8.68, 3), ("ID", "Indonesia", -6.21, 106.85, 4), ("TR", "Türkiye", 41.01, 28.98, 3),
    ("KR", "South Korea", 37.57, 126.98, 4), ("IR", "Iran", 35.69, 51.39, 3), ("UA", "Ukraine", 50.45, 30.52, 3),
    ("ZA", "South Africa", -26.20, 28.05, 2), ("NG", "Nigeria", 6.52, 3.38, 2), ("AR", "Argentina", -34.60, -58.38, 2),
    ("AU", "Australia", -33.87, 151.21, 1), ("EG", "Egypt", 30.04, 31.24, 2), ("CA", "Canada", 43.65, -79.38, 2),
]
SENSORS = [
    {"name": "groucho-tokyo", "lat": 35.68, "lon": 139.69}, {"name": "groucho-oregon", "lat": 45.84, "lon": -119.7},
    {"name": "groucho-eu", "lat": 53.35, "lon": -6.26}, {"name": "zeppo-norcal", "lat": 37.35, "lon": -121.95},
    {"name": "groucho-singapore", "lat": 1.29, "lon": 103.85}, {"name": "groucho-sa", "lat": -23.55, "lon": -46.63},
    {"name": "groucho-us-east", "lat": 38.13, "lon": -78.45}, {"name": "groucho-sydney", "lat": -33.86, "lon": 151.2},
    {"name": "lab-7"}, {"name": "dmz-west"},
]
KINDS = [
    ("scan", "low", "23", "tcp", "telnet", "ET SCAN Potential Telnet Scan"), ("scan", "low", "1433", "tcp", "ms-sql-s", "SQL Server probe"),
    ("bruteforce", "medium", "22", "tcp", "ssh", "login attempt root/123456 failed"), ("exploit", "high", "445", "tcp", "microsoft-ds", "ET EXPLOIT ETERNALBLUE Probe MS17-010"),
    ("malware", "critical", "8080", "tcp", "http-alt", "Mirai variant download"), ("web", "medium", "80", "tcp", "http", "GET /wp-login.php"),
    ("dos", "high", "53", "udp", "domain", "DNS amplification"), ("recon", "low", "161", "udp", "snmp", "SNMP public walk"),
    ("phishing", "medium", "443", "tcp", "https", "look-alike domain"), ("spam", "low", "25", "tcp", "smtp", "open relay test"),
    ("policy", "low", "3389", "tcp", "ms-wbt-server", "RDP from outside"), ("other", None, None, "icmp", None, "unusual ICMP"),
]
WEIGHTS = [30, 18, 20, 6, 4, 9, 4, 6, 2, 3, 3, 2]
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


class Stage:
    """All events so far and the frames' counters."""

    def __init__(self, mode, rate, hostile):
        self.mode, self.rate, self.hostile = mode, rate, hostile
        self.condition = threading.Condition()
        self.random = random.Random(7)
        self.events, self.frames = [], []
        self.counters = {"types": {}, "severity": dict.fromkeys(["low", "medium", "high", "critical"], 0), "countries": {},
                         "unplaced": {"private": 0, "unmapped": 0}, "addresses": {}, "ports": {}, "sensors": {}}
        self.started = time.time()
        self.dead = 0
        self.window = (1_362_347_639_000, 1_375_315_122_000)

    def clock(self):
        if self.mode != "replay":
            return int(time.time() * 1000)
        first, last = self.window
        return int(min(last, first + (time.time() - self.started) * 1000 * 108_000))

    def add(self, row):
        """Stores one row under the next id; the caller holds the lock."""
        row[0] = str(len(self.events) + 1)
        self.events.append(row)
        _, _, family, kind, severity, address, country, lat, _, _, sensor, port, _, _ = row
        if family != "attack":
            return
        count = self.counters
        count["types"][kind] = count["types"].get(kind, 0) + 1
        if severity:
            count["severity"][severity] += 1
        if lat is None:
            private = (address or "").startswith(("10.", "192.168.", "127."))
            count["unplaced"]["private" if private else "unmapped"] += 1
        for name, key in (("countries", country), ("addresses", address), ("ports", port), ("sensors", sensor)):
            if key:
                count[name][key] = count[name].get(key, 0) + 1

    def invent(self):
        """One row out of nothing."""
        pick = self.random
        kind, severity, port, transport, _, title = pick.choices(KINDS, WEIGHTS)[0]
        code, _, lat, lon, _ = pick.choices(PLACES, [place[4] for place in PLACES])[0]
        sensor = pick.choice(SENSORS)["name"]
        accuracy = pick.choice(["stated", "city", "city", "country"])
        address = f"{pick.randint(11, 220)}.{pick.randint(0, 255)}.{pick.randint(0, 3)}.{pick.randint(1, 9)}"
        chance = pick.random()
        if chance < 0.06:
            code, lat, lon, accuracy, address = None, None, None, "unknown", f"192.168.1.{pick.randint(1, 20)}"
        elif chance < 0.1:
            address = f"2001:db8:{pick.randint(0, 65535):x}::{pick.randint(1, 65535):x}"
        if self.hostile:
            title = address = MARKUP
            sensor = sensor if chance < 0.5 else MARKUP
        if chance > 0.97:
            return [None, self.clock(), "post", None, None, None, None, None, None, None, None, None, None, "New exploit for CVE-2017-0144 seen #infosec"]
        return [None, self.clock(), "attack", kind, severity, address, code, lat, lon, accuracy, sensor, port, transport, title]

    def run(self):
        """Invents events and tells frames, ten a second."""
        for _ in range(int(min(2000, self.rate * 60))):
            self.add(self.invent())
        while True:
            time.sleep(0.1)
            burst = 8 if int(time.time()) % 20 == 0 else 1
            wanted = self.rate * burst / 10
            number = int(wanted) + (self.random.random() < wanted % 1)
            self.commit([self.invent() for _ in range(number)])

    def commit(self, rows, dead=0):
        with self.condition:
            after = len(self.events)
            for row in rows:
                self.add(row)
            self.dead += dead
            self.frames.append(self.frame(after))
            self.condition.notify_all()
        return after

    def frame(self, after):
        fresh = self.events[after:]
        merged = {}
        for row in fresh:
            _, _, family, kind, severity, _, country, lat, lon, accuracy, sensor, _, _, _ = row
            if family == "attack" and lat is not None:
                arc = merged.setdefault((lat, lon, sensor, kind), [lat, lon, accuracy, country, sensor, kind, severity, 0])
                arc[7] += 1
        clock = self.clock()
        # The mock keeps commit ids as spans also in a replay.
        frame = {"upTo": str(len(self.events)), "clock": clock, "span": {"after": str(after), "upTo": str(len(self.events))},
                 "n": len(fresh), "arcs": list(merged.values()), "ticker": fresh[-20:]}
        countries = {row[6]: self.counters["countries"][row[6]] for row in fresh if row[6] in self.counters["countries"]}
        return {**frame, **self.numbers(), "countries": countries}

    def numbers(self):
        count = self.counters
        names = {place[0]: place[1] for place in PLACES}
        services = {kind[2]: kind[4] for kind in KINDS}
        top = lambda name: sorted(count[name].items(), key=lambda item: -item[1])[:10]
        attacks = sum(count["types"].values())
        stored = len(self.events)
        seen = [row[10] for row in self.events[-200:]]
        sensors = SENSORS + [{"name": MARKUP}] if MARKUP in seen else SENSORS
        extra = sorted({name for name in seen if name} - {sensor["name"] for sensor in sensors})
        clock = self.clock()
        numbers = {
            "totals": {"events": stored, "attacks": attacks, "posts": stored - attacks, "records": 0, "stored": stored},
            "types": dict(count["types"]), "severity": dict(count["severity"]), "rate": {"now": self.rate * random.uniform(0.8, 1.3), "hour": self.rate * 0.7},
            "tops": {"countries": [[code, names.get(code, code), n] for code, n in top("countries")],
                     "addresses": [[address, "CN", n] for address, n in top("addresses")],
                     "ports": [[port, services.get(port), n] for port, n in top("ports")],
                     "types": [[kind, n] for kind, n in sorted(count["types"].items(), key=lambda item: -item[1])],
                     "sensors": [[name, n] for name, n in top("sensors")]},
            "unplaced": dict(count["unplaced"]), "sensors": sensors + [{"name": name} for name in extra] if stored else [],
            "ledger": {"received": stored + 3 + self.dead, "stored": stored, "duplicate": 1, "filtered": 0, "dead_lettered": 2 + self.dead, "shed": 0},
            "sources": [{"name": "eve", "state": "live", "rate": self.rate, "lag": 0.4}, {"name": "cowrie-berlin", "state": "waiting", "rate": 0, "lag": None}],
            "window": {"from": clock - 86_400_000, "to": clock},
        }
        if self.mode == "replay":
            first, last = self.window
            numbers["window"] = {"from": first, "to": clock}
            numbers["replay"] = {"from": first, "to": last, "speed": 108_000, "state": "playing" if clock < last else "finished"}
        return numbers

    def snapshot(self):
        return {"upTo": str(len(self.events)), "version": "0.1.0-mock", "mode": self.mode, "clock": self.clock(), **self.numbers(),
                "countries": dict(self.counters["countries"]), "recent": self.events[-2000:]}

    def document(self, row):
        key, at, family, kind, severity, address, country, lat, lon, accuracy, sensor, port, transport, title = row
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at / 1000)) + f".{at % 1000:03}Z"
        return {"@timestamp": stamp, "event": {"id": key, "kind": "alert", "dataset": "suricata.eve", "original": json.dumps(row)},
                "attack": {"type": kind, "severity": severity}, "message": title, "rule": {"name": title},
                "source": {"ip": address, "geo": {"country_iso_code": country, "location": {"lat": lat, "lon": lon}, "accuracy": accuracy}},
                "destination": {"port": port}, "network": {"transport": transport}, "observer": {"name": sensor}, "tags": ["mock", family]}

    def evidence(self, query):
        rows = self.events
        if "after" in query:
            rows = rows[int(query["after"]):int(query["upTo"])]
        for name, index in (("lat", 7), ("lon", 8), ("sensor", 10), ("type", 3)):
            if name in query:
                rows = [row for row in rows if row[index] is not None and str(float(row[index]) if index in (7, 8) else row[index]) == (str(float(query[name])) if index in (7, 8) else query[name])]
        return {"total": len(rows), "events": [self.document(row) for row in rows[:-201:-1]], "truncated": len(rows) > 200}

    def ingest(self, body):
        rows, dead = [], 0
        for line in body.splitlines():
            try:
                eve = json.loads(line)
                place = ("US", 37.751, -97.822, "country") if not eve["src_ip"].startswith(("10.", "192.168.")) else (None, None, None, "unknown")
                alert = eve.get("alert", {})
                rows.append([None, self.clock(), "attack", "exploit", "high", eve["src_ip"], *place, eve.get("host"), str(eve.get("dest_port")), "tcp", alert.get("signature")])
            except (ValueError, KeyError):
                dead += 1
        self.commit(rows, dead)
        return {"received": len(rows) + dead, "stored": len(rows), "dead_lettered": dead}


class Handler(BaseHTTPRequestHandler):
    """Static files and the protocol's endpoints."""

    protocol_version = "HTTP/1.1"
    stage: Stage
    assets: Path

    def log_message(self, *_):
        pass

    def answer(self, body, media="application/json", status=200):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        stage = self.stage
        if url.path == "/api/v1/live":
            return self.stream()
        if url.path == "/api/v1/live/snapshot":
            with stage.condition:
                return self.answer(stage.snapshot())
        if url.path == "/api/v1/evidence":
            return self.answer(stage.evidence(query))
        if url.path.startswith("/api/v1/events/"):
            key = url.path.rsplit("/", 1)[1]
            known = key.isdigit() and 0 < int(key) <= len(stage.events)
            return self.answer(stage.document(stage.events[int(key) - 1])) if known else self.answer({"error": "no such event"}, status=404)
        if url.path == "/api/v1/about":
            return self.answer({"version": "0.1.0-mock", "attributions": json.loads((self.assets / "attributions.json").read_text())})
        base, name = (self.assets, url.path[8:]) if url.path.startswith("/assets/") else (ROOT / "web", url.path[1:] or "index.html")
        file = (base / name).resolve()
        if not file.is_relative_to(base.resolve()) or not file.is_file():
            return self.answer({"error": "not found"}, status=404)
        return self.answer(file.read_bytes(), MEDIA.get(file.suffix, "application/octet-stream"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/api/v1/ingest/"):
            return self.answer(self.stage.ingest(body))
        if self.path == "/api/v1/replay":
            action = json.loads(body)["action"]
            self.stage.started = time.time()
            self.stage.mode = "replay" if action == "restart" else "live"
            with self.stage.condition:
                self.stage.frames.append(None)
            return self.answer({})
        return self.answer({"error": "not found"}, status=404)

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        stage = self.stage
        try:
            with stage.condition:
                told = len(stage.frames)
                first = stage.snapshot()
            self.tell("snapshot", first)
            while True:
                with stage.condition:
                    stage.condition.wait_for(lambda: len(stage.frames) > told, timeout=10)
                    news, told = stage.frames[told:], len(stage.frames)
                    restarted = stage.snapshot() if None in news else None
                if restarted:
                    self.tell("snapshot", restarted)
                for frame in news if not restarted else []:
                    self.tell("frame", frame)
        except OSError:
            pass

    def tell(self, event, data):
        self.wfile.write(f"event: {event}\nid: {data['upTo']}\ndata: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=["live", "replay", "simulated"], default="live")
    parser.add_argument("--rate", type=float, default=0, help="events a second")
    parser.add_argument("--hostile", action="store_true", help="markup in every text field")
    parser.add_argument("--assets", type=Path, default=ROOT / ".assets")
    options = parser.parse_args()
    Handler.stage = Stage(options.mode, options.rate, options.hostile)
    Handler.assets = options.assets
    threading.Thread(target=Handler.stage.run, daemon=True).start()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

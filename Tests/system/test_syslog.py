"""The syslog source with rsyslog and syslog-ng as senders, over UDP, TCP and TLS, and with plain sockets."""

import json
import socket
import ssl
import time

import pytest

from conftest import until
from listening import Daemon, accepts, books, certificates, free_port, stored, unpacked  # noqa: F401

EVE = {
    "timestamp": "2026-11-21T10:00:00.000000+0000", "event_type": "alert", "src_ip": "198.51.100.9", "src_port": 4711, "dest_ip": "192.0.2.10",
    "dest_port": 22, "proto": "TCP", "alert": {"signature_id": 2001219, "signature": "ET SCAN SSH", "severity": 2},
}
COWRIE = {
    "eventid": "cowrie.login.failed", "username": "root", "password": "xc3511", "message": "login attempt", "sensor": "pot-1",
    "timestamp": "2026-11-21T10:00:01.000000Z", "src_ip": "198.51.100.10", "session": "5d1b0c7e2f11",
}
# What programs of a machine write to its log: priority, tag, message.
MESSAGES = [
    (38, "sshd[71]", "Failed password for root from 198.51.100.7 port 50022 ssh2"),
    (4, "kernel", "IN=eth0 OUT= MAC= SRC=198.51.100.8 DST=192.0.2.10 LEN=60 TTL=51 PROTO=TCP SPT=40000 DPT=23 SYN"),
    (190, "nginx", '198.51.100.11 - - [21/Nov/2026:10:00:02 +0000] "GET /.env HTTP/1.1" 404 153 "-" "curl/8"'),
    (142, "suricata[4]", json.dumps(EVE)),
    (142, "cowrie[5]", json.dumps(COWRIE)),
    (13, "backup", "nothing that anybody knows"),
]
DATASETS = {"sshd": 1, "netfilter": 1, "web.access": 1, "suricata.alert": 1, "cowrie": 1, "syslog": 1}


def datasets(events):
    counts = {}
    for event in events:
        name = event["event"]["dataset"]
        counts[name] = counts.get(name, 0) + 1
    return counts


class Listener:
    """A server with one syslog source."""

    def __init__(self, serve, petrel, folder, port, **options):
        self.serve, self.petrel, self.port, self.data = serve, petrel, port, folder / "data"
        self.config = folder / "petrel.yaml"
        lines = ["sources:", "  - type: syslog", "    name: net", f"    listen: 127.0.0.1:{port}"]
        lines += [f"    {key}: {value}" for key, value in options.items()]
        self.config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self):
        self.server = self.serve("--config", self.config, data=self.data)
        until(lambda: self.state() == "live", what="the listener")

    def state(self):
        sources = self.server.get("/api/v1/sources").json["sources"]
        return next((source["state"] for source in sources if source["name"] == "net"), None)

    def stored(self, count):
        return stored(self.server, self.petrel, self.data, count, "net")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@pytest.fixture
def listen(serve, petrel, tmp_path):
    def start(transport="tcp", port=None, **options):
        port = port or free_port(socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
        return Listener(serve, petrel, tmp_path, port, transports=f"[{transport}]", **options)

    return start


@pytest.fixture
def daemon(tmp_path):
    """Starts senders; each has a folder of its own."""
    running = []

    def start(command, folder):
        running.append(Daemon(command, folder))
        return running[-1]

    yield start
    for sender in running:
        sender.stop()


def say(path, messages=MESSAGES):
    """Writes to a local log socket, as syslog(3) does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.connect(str(path))
        for priority, tag, message in messages:
            log.send(f"<{priority}>{time.strftime('%b %e %H:%M:%S', time.gmtime())} {tag}: {message}".encode())


def rsyslog(folder, action):
    """A command that runs rsyslog in the foreground, and the socket it reads."""
    program, root = unpacked("rsyslogd")
    folder.mkdir()
    config = folder / "rsyslog.conf"
    config.write_text(f"""
global(workDirectory="{folder}" localHostname="gate.example" maxMessageSize="64k" net.enableDNS="off")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log" CreatePath="on" RateLimit.Interval="0")
{action}
""")
    modules = ["-M", f"{root}/usr/lib/x86_64-linux-gnu/rsyslog"] if root else []
    return [program, "-n", "-f", config, "-i", folder / "pid", *modules], folder / "log"


def forward(port, protocol, template="RSYSLOG_ForwardFormat", extra=""):
    return (f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="{protocol}" template="{template}" '
            f'action.resumeRetryCount="-1" action.resumeInterval="1" {extra})')


def syslog_ng(folder, destination):
    """A command that runs syslog-ng in the foreground, and the socket it reads."""
    program, _ = unpacked("syslog-ng")
    folder.mkdir()
    config = folder / "syslog-ng.conf"
    config.write_text(f"""@version: 3.38
options {{ keep-hostname(no); use-dns(no); stats-freq(0); time-reopen(1); log-msg-size(65536); }};
source local {{ unix-dgram("{folder}/log" host-override("gate.example")); }};
destination net {{ {destination} }};
log {{ source(local); destination(net); }};
""")
    return [program, "-F", "-f", config, "--persist-file", folder / "persist", "--pidfile", folder / "pid", "--control", folder / "ctl"], folder / "log"


def check(events, sensors={"gate.example"}):
    assert datasets(events) == DATASETS
    # A record that names its sensor keeps that name.
    assert {event["observer"]["name"] for event in events} == sensors | {"pot-1"}
    assert {event["event"]["family"] for event in events if event["event"]["dataset"] in ("sshd", "netfilter", "suricata.alert")} == {"attack"}


@pytest.mark.parametrize("template", ["RSYSLOG_ForwardFormat", "RSYSLOG_SyslogProtocol23Format"])
@pytest.mark.parametrize("transport, framing", [("udp", ""), ("tcp", 'TCP_Framing="traditional"'), ("tcp", 'TCP_Framing="octet-counted"')])
def test_rsyslog(listen, daemon, tmp_path, transport, framing, template):
    listener = listen(transport)
    command, log = rsyslog(tmp_path / "rsyslog", forward(listener.port, transport, template, framing))
    daemon(command, tmp_path).wait_for(log)
    say(log)
    check(listener.stored(len(MESSAGES)))


@pytest.mark.parametrize("driver, transport", [("network", "udp"), ("network", "tcp"), ("syslog", "udp"), ("syslog", "tcp")])
def test_syslog_ng(listen, daemon, tmp_path, driver, transport):
    listener = listen(transport)
    command, log = syslog_ng(tmp_path / "ng", f'{driver}("127.0.0.1" port({listener.port}) transport("{transport}"));')
    daemon(command, tmp_path).wait_for(log)
    say(log)
    check(listener.stored(len(MESSAGES)))


def tls_options(certificates, client=True):  # noqa: F811
    options = {"tls_certificate": certificates.server[0], "tls_key": certificates.server[1]}
    return {**options, "tls_client_ca": certificates.ca} if client else options


def test_rsyslog_over_tls_with_a_client_certificate(listen, daemon, tmp_path, certificates):  # noqa: F811
    listener = listen("tls", **tls_options(certificates))
    files = (f'StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid" StreamDriver.CAFile="{certificates.ca}" '
             f'StreamDriver.CertFile="{certificates.client[0]}" StreamDriver.KeyFile="{certificates.client[1]}" TCP_Framing="octet-counted"')
    command, log = rsyslog(tmp_path / "rsyslog", forward(listener.port, "tcp", "RSYSLOG_SyslogProtocol23Format", files))
    daemon(command, tmp_path).wait_for(log)
    say(log)
    check(listener.stored(len(MESSAGES)))


@pytest.mark.parametrize("driver", ["network", "syslog"])
def test_syslog_ng_over_tls_with_a_client_certificate(listen, daemon, tmp_path, certificates, driver):  # noqa: F811
    listener = listen("tls", **tls_options(certificates))
    destination = (f'{driver}("localhost" port({listener.port}) transport("tls") tls(ca-file("{certificates.ca}") '
                   f'cert-file("{certificates.client[0]}") key-file("{certificates.client[1]}")));')
    command, log = syslog_ng(tmp_path / "ng", destination)
    daemon(command, tmp_path).wait_for(log)
    say(log)
    check(listener.stored(len(MESSAGES)))


@pytest.mark.parametrize("shown", ["none", "stranger"])
def test_who_shows_no_certificate_of_ours_is_refused(listen, certificates, shown):  # noqa: F811
    listener = listen("tls", **tls_options(certificates))
    context = ssl.create_default_context(cafile=certificates.ca)
    if shown == "stranger":
        context.load_cert_chain(*certificates.stranger)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with context.wrap_socket(listener.connect(), server_hostname="localhost") as link:
            # In TLS 1.3 the refusal comes behind the handshake.
            for _ in range(100):
                link.sendall(b"<13>h: refused\n")
                if not link.recv(1):
                    raise ConnectionError("closed")
    # The listener goes on for those whom it knows.
    context.load_cert_chain(*certificates.client)
    with context.wrap_socket(listener.connect(), server_hostname="localhost") as link:
        link.sendall(b"<13>h: known\n")
    events = listener.stored(1)
    assert [event["message"] for event in events] == ["known"]
    assert "failed" in listener.server.errors or "CERTIFICATE" in listener.server.errors.upper(), listener.server.errors


def test_plain_text_to_a_tls_port_is_no_message(listen, certificates):  # noqa: F811
    listener = listen("tls", **tls_options(certificates, client=False))
    with listener.connect() as link:
        link.sendall(b"<13>h: in the clear\n")
        while link.recv(100):
            pass
    context = ssl.create_default_context(cafile=certificates.ca)
    with context.wrap_socket(listener.connect(), server_hostname="localhost") as link:
        link.sendall(b"16 <13>h: in secret")
    assert [event["message"] for event in listener.stored(1)] == ["in secret"]


def test_one_datagram_is_one_record_whatever_is_in_it(listen):
    listener = listen("udp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.connect(("127.0.0.1", listener.port))
        link.send(b"<13>Nov 21 10:00:00 app java[1]: Exception\n\tat one\n\tat two\n")
        link.send(b"<13>" + b"x" * 60_000)
        link.send(b"\xff\xfe\x00\x01")
    events = listener.stored(3)
    assert events[0]["message"] == "Exception\n\tat one\n\tat two"
    # Without a name in the header the peer is the sensor.
    assert [event["observer"]["name"] for event in events] == ["app", "127.0.0.1", "127.0.0.1"]


def test_the_peer_may_name_the_sensor(listen):
    listener = listen("tcp", sensor_from="peer")
    with listener.connect() as link:
        link.sendall(b"<13>Nov 21 10:00:00 any.name app: x\n")
    event = listener.stored(1)[0]
    assert event["observer"]["name"] == "127.0.0.1" and event["host"]["name"] == "any.name"


def test_messages_that_are_too_long_are_dead_letters(listen):
    listener = listen("tcp", max_record="2KiB")
    with listener.connect() as link:
        link.sendall(b"<13>" + b"x" * 5000 + b"\n<13>h: short\n")
    until(lambda: books(listener.server, "net")["received"] == 2, what="both messages")
    assert books(listener.server, "net")["dead_lettered"] == 1
    letters = listener.server.get("/api/v1/dead-letters").json
    assert "too_long" in json.dumps(letters) and "5004" in json.dumps(letters)


def test_what_the_kernel_drops_is_in_the_books(listen):
    listener = listen("udp", receive_buffer="4KiB")
    count = 20_000
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.connect(("127.0.0.1", listener.port))
        for number in range(count):
            link.send(b"<13>Nov 21 10:00:00 h app: %d" % number)
    until(lambda: books(listener.server, "net")["received"] == count, what="every datagram in the books")
    ledger = books(listener.server, "net")
    assert ledger["stored"] + ledger["shed"] == count
    if ledger["shed"]:
        assert "receive_buffer" in listener.server.errors


def test_a_sender_that_is_restarted_goes_on(listen):
    listener = listen("tcp")
    for number in range(5):
        with listener.connect() as link:
            link.sendall(b"<13>Nov 21 10:00:00 h app: %d\n" % number)
    until(lambda: books(listener.server, "net")["stored"] == 5, what="five messages")
    # What is stored survives kill -9, and the source listens again on the same port.
    listener.server.kill()
    listener.start()
    with listener.connect() as link:
        link.sendall(b"<13>Nov 21 10:00:00 h app: 5\n")
    assert sorted(event["message"] for event in listener.stored(6)) == [str(number) for number in range(6)]


def test_beyond_loopback_networks_must_be_named(petrel, tmp_path):
    config = tmp_path / "petrel.yaml"
    for rest, wrong in [
        ("listen: 0.0.0.0:5514", "allow"), ("listen: 0.0.0.0:5514, allow: [300.0.0.0/8]", "no network"), ("listen: nowhere", "127.0.0.1:5514"),
        ("transports: [tls]", "tls_certificate"), ("transports: [tcp, tls]", "same port"), ("transports: [quic]", "udp, tcp and tls"),
        ("tls_key: /x", "tls_certificate"), ("listen: 0.0.0.0:5514, allow: [any]", None), ("listen: 0.0.0.0:5514, allow: [192.0.2.0/24]", None),
    ]:
        config.write_text(f"sources: [{{type: syslog, name: net, {rest}}}]\n")
        done = petrel("check-config", config)
        text = (done.stdout + done.stderr).decode()
        assert (done.returncode == 0) == (wrong is None), (rest, text)
        assert wrong is None or wrong in text, text


def test_a_port_that_is_taken_is_told_and_tried_again(serve, tmp_path):
    config = tmp_path / "petrel.yaml"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config.write_text(f"sources: [{{type: syslog, name: net, transports: [tcp], listen: '127.0.0.1:{port}'}}]\n")
        server = serve("--config", config)
        until(lambda: "cannot be used" in server.errors, what="the reason")
    until(lambda: accepts(port), what="the listener")

"""The unix source: programs of this machine write to a socket, as Suricata does."""

import json
import os
import socket

import pytest

from conftest import eve_line, until
from listening import books, stored


@pytest.fixture
def listen(serve, petrel, tmp_path):
    def start(kind, **options):
        path, config, data = tmp_path / "eve.sock", tmp_path / "petrel.yaml", tmp_path / "data"
        extra = "".join(f", {key}: {value}" for key, value in options.items())
        config.write_text(f"sources: [{{type: unix, name: eve, path: {path}, socket: {kind}{extra}}}]\n")
        server = serve("--config", config, data=data)
        until(path.exists, what="the socket")
        return server, path, lambda count: stored(server, petrel, data, count, "eve")

    return start


@pytest.mark.parametrize("kind", ["stream", "datagram"])
def test_records_come_as_suricata_writes_them(listen, kind):
    _, path, events = listen(kind)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if kind == "stream" else socket.SOCK_DGRAM) as link:
        link.connect(str(path))
        for number in range(2000):
            link.sendall(eve_line(number))
    found = events(2000)
    assert [int(event["flow"]["id"]) for event in found] == list(range(2000))
    assert {event["event"]["dataset"] for event in found} == {"suricata.alert"}
    assert not path.exists()


def test_each_connection_has_its_own_format(listen):
    _, path, events = listen("stream")
    lines = [eve_line(1), json.dumps({"eventid": "cowrie.login.failed", "username": "root", "password": "x", "timestamp": "2026-11-21T10:00:00Z",
                                      "src_ip": "198.51.100.7", "session": "a1", "sensor": "pot"}).encode() + b"\n",
             b"Nov 21 10:00:00 gate sshd[7]: Failed password for root from 198.51.100.7 port 4711 ssh2\n"]
    links = []
    for line in lines:
        links.append(socket.socket(socket.AF_UNIX))
        links[-1].connect(str(path))
        links[-1].sendall(line)
    assert {event["event"]["dataset"] for event in events(3)} == {"suricata.alert", "cowrie", "sshd"}
    for link in links:
        link.close()


def test_a_socket_left_over_by_a_kill_is_replaced(listen, petrel, serve, tmp_path):
    server, path, _ = listen("stream", mode='"0620"')
    assert os.stat(path).st_mode & 0o777 == 0o620
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(eve_line(1))
        until(lambda: books(server, "eve")["stored"] == 1, what="the first record")
        server.kill()
    assert path.exists()
    server, path, events = listen("stream")
    until(lambda: books(server, "eve")["received"] == 1, what="the books of before")

    def connects():
        with socket.socket(socket.AF_UNIX) as link:
            if link.connect_ex(str(path)) != 0:
                return False
            link.sendall(eve_line(2))
            return True

    until(connects, what="the new socket")
    assert [int(event["flow"]["id"]) for event in events(2)] == [1, 2]

"""The server ends soon when it is asked to, whatever its clients do."""

import http.client
import signal
import socket

import pytest

from conftest import eve_line, until


def test_sigterm_with_open_streams(serve):
    server = serve()
    streams = [server.stream(path) for path in ["/api/v1/stream", "/api/v1/live"] * 3]
    server.stop(10)
    for stream in streams:
        stream.close()


@pytest.mark.parametrize("half", [
    b"POST /api/v1/ingest/suricata HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /api/v1/ingest/suricata HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    b"POST /api/v1/replay HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n",
    b"GET /api/v1/count HTTP/1.1\r\nHost: loc",
    b"G",
])
def test_sigterm_with_a_half_request(serve, half):
    """A client that has gone quiet in the middle of its request does not hold the server up."""
    server = serve()
    quiet = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    quiet.sendall(half)
    idle = http.client.HTTPConnection("127.0.0.1", server.port)
    idle.request("GET", "/healthz")
    idle.getresponse().read()
    server.process.send_signal(signal.SIGTERM)
    # Well below the ten seconds after which everything is cut off.
    server.process.wait(8)
    assert server.process.returncode == 0, server.errors
    try:
        assert quiet.recv(1000) == b""
    except ConnectionResetError:
        pass
    quiet.close()
    idle.close()


def test_an_upload_under_way_is_stored_before_the_end(serve, tmp_path, petrel):
    """What is still being sent when the server is asked to end is taken, answered and kept."""
    server = serve()
    body = b"".join(eve_line(n) for n in range(200))
    upload = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    upload.sendall(f"POST /api/v1/ingest/suricata HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:1000])
    until(lambda: server.get("/healthz").status == 200, what="an answer")
    server.process.send_signal(signal.SIGTERM)
    for start in range(1000, len(body), 5000):
        upload.sendall(body[start:start + 5000])
    answer = b""
    while part := upload.recv(4096):
        answer += part
    assert answer.startswith(b"HTTP/1.1 200") and b'"stored":200' in answer, answer
    assert server.process.wait(20) == 0, server.errors
    upload.close()
    assert petrel.count(tmp_path / "data") == 200


def test_sigint_ends_too(serve):
    server = serve()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(20) == 0

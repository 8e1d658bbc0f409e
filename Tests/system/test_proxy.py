"""Behind nginx with the example of deploy/."""

import json
import re
import shutil
import socket
import subprocess

import pytest

from conftest import ROOT, eve_line, until


@pytest.fixture
def proxy(tmp_path):
    """Starts nginx with the example of deploy/ in front of a server; gives its port."""
    if not (nginx := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.skip("nginx is not installed")
    processes = []

    def start(server):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        example = (ROOT / "deploy/nginx.conf.example").read_text()
        assert "127.0.0.1:8080" in example
        (tmp_path / "location.conf").write_text(example.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}"))
        temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/nginx.log; events {{}}\n"
            f"http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port}; include {tmp_path}/location.conf; }} }}\n")
        process = subprocess.Popen([nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL)
        processes.append(process)

        def listens():
            assert process.poll() is None, (tmp_path / "nginx.log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        until(listens, what="nginx")
        return port

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("prefixed", [False, True])
def test_behind_nginx_with_a_path_prefix(serve, proxy, tmp_path, prefixed):
    config = tmp_path / "petrel.yaml"
    config.write_text("web:\n  path_prefix: /petrel\n" if prefixed else "{}\n")
    server = serve("--config", config)
    outside = type("Outside", (), {"port": proxy(server), "request": type(server).request, "get": type(server).get, "stream": type(server).stream})()
    page = outside.get("/petrel/")
    assert page.status == 200 and page.headers["Content-Security-Policy"]
    assert outside.get("/petrel").status == 301
    links = [link.decode() for link in re.findall(rb'(?:src|href)="([^"#:]+)"', page.body)]
    assert links
    for link in links:
        assert not link.startswith("/"), f"{link} leaves the prefix"
        assert outside.get("/petrel/" + link.removeprefix("./")).status == 200, link
    assert outside.get("/petrel/assets/world.json").status == 200
    with outside.stream("/petrel/api/v1/stream") as stream, outside.stream("/petrel/api/v1/live") as live:
        assert stream.line() == b"retry: 2000"
        assert live.message()["event"] == "snapshot"
        for number in range(3):
            answer = outside.request("POST", "/petrel/api/v1/ingest/suricata", eve_line(number))
            assert answer.status == 200 and answer.json["stored"] == 1
            # Before any heartbeat: nothing waits in a buffer.
            message = stream.message()
            while message is not None and set(message) <= {"comment", "retry"}:
                assert "comment" not in message, "the event waited for a heartbeat"
                message = stream.message()
            assert json.loads(message["data"])["flow"]["id"] == str(number)
    until(lambda: server.metric("petrel_streams") == 0, what="the end of the streams")

"""The stream that tells when somebody has changed notes or saved views."""

import json

from conftest import TOKEN


def told(stream):
    """What the next message says; a sign of life says nothing."""
    while "data" not in (message := stream.message()):
        pass
    assert message["event"] == "changed"
    return json.loads(message["data"])


def edit(server, method, path, body=None, **headers):
    answer = server.request(method, path, None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    assert answer.status == 200, answer.body
    return answer.json


def test_every_change_is_told_and_what_is_refused_is_not(serve):
    server = serve()
    with server.stream("/api/v1/changes") as stream, server.stream("/api/v1/changes") as other:
        before = told(stream)
        assert told(other) == before

        def changed(kind):
            nonlocal before
            now = told(stream)
            assert told(other) == now
            assert {name for name in now if now[name] != before[name]} == {kind}
            before = now

        note = edit(server, "POST", "/api/v1/notes", {"kind": "port", "value": "22", "text": "first"})
        changed("notes")
        note = edit(server, "PUT", f"/api/v1/notes/{note['id']}", {"text": "second"}, **{"If-Match": note["tag"]})
        changed("notes")
        view = edit(server, "POST", "/api/v1/views", {"name": "one", "search": "range=1h"})
        changed("views")
        # Refused: a stale tag, a name that is taken, a note that is not there. The next message is of the change behind them.
        stale = {"If-Match": '"0-0"', "Content-Type": "application/json"}
        assert server.request("PUT", f"/api/v1/notes/{note['id']}", b'{"text":"third"}', stale).status in (400, 412)
        assert server.request("POST", "/api/v1/views", b'{"name":"one","search":""}', {"Content-Type": "application/json"}).status == 409
        edit(server, "PUT", f"/api/v1/views/{view['id']}", {"name": "two", "search": ""}, **{"If-Match": view["tag"]})
        changed("views")
        edit(server, "DELETE", f"/api/v1/notes/{note['id']}", **{"If-Match": note["tag"]})
        changed("notes")


def test_after_a_restart_everything_counts_as_changed(serve):
    server = serve()
    with server.stream("/api/v1/changes") as stream:
        before = told(stream)
    server.stop()
    with serve().stream("/api/v1/changes") as stream:
        now = told(stream)
    assert now["notes"] != before["notes"] and now["views"] != before["views"]


def test_it_takes_no_parameters_and_needs_the_token(serve, secret):
    server = serve("--token-file", secret)
    with server.stream("/api/v1/changes") as stream:
        assert stream.status == 401
    with server.stream("/api/v1/changes", {"Authorization": f"Bearer {TOKEN}"}) as stream:
        assert set(told(stream)) == {"notes", "views"}
    server.get("/api/v1/changes?q=x", Authorization=f"Bearer {TOKEN}").is_problem(400)

"""The API against its own document: every operation, by its examples and by generated requests, good and bad."""

import json
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import jsonschema_rs
import pytest

from conftest import ROOT, SLOW, TOKEN, eve

BEARER = {"Authorization": f"Bearer {TOKEN}"}
EXAMPLES = 200 if SLOW else 15


@pytest.fixture
def server(serve, secret):
    """A server with a token, so that missing credentials are tried, too, and with events to ask about."""
    server = serve("--token-file", secret)
    records = [eve(n, src_ip=f"198.51.100.{n % 7}", dest_port=20 + n % 5) for n in range(300)]
    assert server.ingest(records, Authorization=BEARER["Authorization"]).json["stored"] == 300
    server.ingest(b"broken\n", Authorization=BEARER["Authorization"])
    return server


def document(server):
    answer = server.request("GET", "/api/v1/openapi.json", headers=BEARER)
    assert answer.status == 200, answer.body
    return answer.json


@pytest.mark.timeout(900 if SLOW else 300)
def test_every_operation_keeps_its_promises(server, tmp_path):
    described = document(server)
    endless = [path for path, methods in described["paths"].items() if methods.get("get", {}).get("x-endless")]
    assert endless == ["/api/v1/stream", "/api/v1/live", "/api/v1/changes", "/api/v1/live/replay"]
    # The document itself is read before the tests, not by one.
    operations = sum(len(methods) for methods in described["paths"].values()) - 1
    command = [
        Path(sys.executable).parent / "schemathesis", "--config-file", ROOT / "Tests/system/schemathesis.toml", "run", f"http://127.0.0.1:{server.port}/api/v1/openapi.json",
        "--header", f"Authorization: {BEARER['Authorization']}", *(f"--exclude-path={path}" for path in endless),
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "20261121", "--continue-on-failure", "--no-color",
        # Parameters that only go together, KQL and cursors cannot be told by a schema: a good value may be refused.
        "--exclude-checks", "positive_data_acceptance"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=850 if SLOW else 250,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "openapi_hooks", "PYTHONPATH": str(ROOT / "Tests/system")})
    assert done.returncode == 0, done.stdout + done.stderr
    tested = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", done.stdout)
    assert tested and [int(n) for n in tested.groups()] == [operations - len(endless), operations, operations - len(endless)], done.stdout
    assert server.request("GET", "/healthz").json == {"status": "ok"}


def test_answers_in_parts_are_as_described(server):
    """Every line fits the declared schema; generated requests see only the answers that are whole."""
    described = document(server)
    asked = set()
    for path, methods in described["paths"].items():
        operation = methods.get("get", {})
        parameters = operation.get("parameters", [])
        if not any(parameter["name"] == "partial" for parameter in parameters):
            continue
        schema = {**operation["responses"]["200"]["content"]["application/x-ndjson"]["schema"], "components": described["components"]}
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        examples = [parameter for parameter in parameters if parameter["in"] == "query" and "example" in parameter]
        # As little as is needed, and all that there is.
        for given in ([parameter for parameter in examples if parameter.get("required")], examples):
            pairs = []
            for parameter in given:
                value = parameter["example"]
                values = value if isinstance(value, list) else [value]
                pairs += [(parameter["name"], one) for one in values] if parameter.get("explode") else [(parameter["name"], ",".join(map(str, values)))]
            query = urllib.parse.urlencode(pairs)
            answer = server.request("GET", f"{path}?{query}", headers={**BEARER, "Accept": "application/x-ndjson"})
            assert answer.status == 200 and answer.headers["Content-Type"] == "application/x-ndjson", (path, query, answer.body)
            lines = [json.loads(line) for line in answer.body.splitlines()]
            assert lines and lines[-1]["complete"] is True, (path, query)
            for line in lines:
                assert not list(validator.iter_errors(line)), (path, query, line)
                assert not validator.is_valid({**line, "other": 1}) and not validator.is_valid({**line, "complete": False})
        asked.add(path.removeprefix("/api/v1/"))
    assert asked == {"count", "top", "histogram", "distinct", "facets", "percentiles", "seen", "rare", "first-seen", "places", "matrix", "surprise"}


def test_streams_answer_as_described(server):
    for path, needed in [("/api/v1/stream", ""), ("/api/v1/live", ""), ("/api/v1/live/replay", "&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")]:
        operation = document(server)["paths"][path]["get"]
        for kind in operation["responses"]["200"]["content"]:
            query = f"?families=attack,post&types=scan,exploit{needed}"
            with server.stream(path + query, headers={**BEARER, "Accept": kind}) as stream:
                assert stream.status == 200
                assert stream.answer.headers["Content-Type"].split(";")[0] == kind
                assert stream.answer.headers["Cache-Control"] == "no-store"
        for query in ["?families=none", "?types=none", "?unknown=1"]:
            assert "400" in operation["responses"]
            server.request("GET", path + query + needed, headers=BEARER).is_problem(400)
        server.request("GET", path).is_problem(401)
        assert server.request("POST", path, b"", BEARER).is_problem(405)


def test_without_a_token_the_document_asks_for_none(serve):
    described = document(serve())
    assert all(operation["security"] == [] for methods in described["paths"].values() for operation in methods.values())

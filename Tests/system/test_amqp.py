"""The AMQP consumer against RabbitMQ: acknowledgements, redelivery, kills on both sides."""

import collections
import getpass
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pika
import pytest

from conftest import SLOW, Server, adds_up, eve, until

BINARIES = Path("/usr/lib/rabbitmq/bin")
KILLS = 12 if SLOW else 4


def free_ports(count):
    """Ports that the system chose; nobody else is likely to be given them soon."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [listener.getsockname()[1] for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()


class Rabbit:
    """A RabbitMQ server of the test's own: node, ports, folders, and the port mapper it needs."""

    def __init__(self, folder):
        self.folder = folder
        self.port, self.tls_port, self.distribution, self.mapper = free_ports(4)
        self.node = f"petrel{os.getpid()}@localhost"
        certificate, key = folder / "ca.pem", folder / "ca.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key], check=True,
            capture_output=True)
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlisteners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.cacertfile = {certificate}\nssl_options.certfile = {certificate}\nssl_options.keyfile = {key}\n"
            "ssl_options.verify = verify_none\nloopback_users = none\nlog.console = false\nlog.file.level = warning\n"
            "disk_free_limit.absolute = 1MB\nvm_memory_high_watermark.absolute = 1GB\n")
        (folder / "enabled_plugins").write_text("[].\n")
        home = folder / "home"
        home.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"), "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"), "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_DIST_PORT": str(self.distribution), "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_PID_FILE": str(folder / "rabbit.pid"), "ERL_EPMD_PORT": str(self.mapper), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none", "ERL_MAX_PORTS": "4096",
        }
        # Names of nodes are resolved by the mapper; it runs as our own child so that it ends with us.
        self.epmd = subprocess.Popen(
            ["epmd", "-port", str(self.mapper), "-address", "127.0.0.1"], env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.process = None
        self.start()

    def start(self):
        out = (self.folder / "server.out").open("ab")
        self.process = subprocess.Popen(
            [BINARIES / "rabbitmq-server"], cwd=self.folder, env=self.environment, stdout=out, stderr=out, start_new_session=True)
        out.close()
        until(self.answers, 150, "RabbitMQ")

    def answers(self):
        assert self.process.poll() is None, (self.folder / "server.out").read_text(errors="replace")[-2000:]
        try:
            self.connect().close()
            return True
        except (OSError, pika.exceptions.AMQPError):
            return False

    def connect(self):
        return pika.BlockingConnection(pika.ConnectionParameters(
            "127.0.0.1", self.port, heartbeat=600, blocked_connection_timeout=60, socket_timeout=20))

    def kill(self):
        """Ends the server at once, with the programs it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.kill()
        self.epmd.kill()
        self.epmd.wait()


@pytest.fixture(scope="session")
def rabbit(tmp_path_factory):
    if not (BINARIES / "rabbitmq-server").exists():
        pytest.fail("RabbitMQ is not here: apt-get install rabbitmq-server", pytrace=False)
    rabbit = Rabbit(tmp_path_factory.mktemp("rabbit"))
    yield rabbit
    rabbit.stop()


class Publisher:
    """Publishes numbered alerts with confirmation: what it says is published, the broker has."""

    def __init__(self, rabbit, queue):
        self.rabbit, self.queue = rabbit, queue
        self.open()

    def open(self):
        self.connection = self.rabbit.connect()
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()

    def publish(self, body, key=None, message_id=None, exchange=""):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        properties = pika.BasicProperties(delivery_mode=2, message_id=message_id)
        self.channel.basic_publish(exchange, key or self.queue, body, properties, mandatory=True)

    def alerts(self, numbers):
        for number in numbers:
            self.publish(eve(number), message_id=f"m{number}")

    def waiting(self):
        """Messages that wait in the queue, ready for delivery."""
        return self.channel.queue_declare(self.queue, passive=True).method.message_count

    def close(self):
        self.connection.close()


@pytest.fixture
def queue(rabbit, request):
    """A durable queue of the test's own, and a publisher to it."""
    name = f"{request.node.name}"
    publisher = Publisher(rabbit, name)
    kind = getattr(request, "param", "classic")
    publisher.channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
    yield publisher
    if publisher.connection.is_open:
        publisher.channel.queue_delete(name)
        publisher.close()


def configure(folder, port, queue, scheme="amqp", host="127.0.0.1", more=""):
    path = folder / "petrel.yaml"
    (folder / "password").write_text("guest\n")
    path.write_text(
        f"sources:\n  - type: amqp\n    name: rabbit\n    url: {scheme}://guest@{host}:{port}/\n    password_file: ./password\n"
        f"    queue: \"{queue}\"\n{more}")
    return path


def source(server):
    return next((found for found in server.get("/api/v1/sources").json["sources"] if found["name"] == "rabbit"), None)


def received(server, count, seconds=60):
    """Waits for the books to hold that many records."""
    def enough():
        found = source(server)
        return found if found and found["ledger"]["received"] >= count else None
    found = until(enough, seconds, f"{count} records")
    assert adds_up(found["ledger"])
    return found["ledger"]


def failing(server):
    return until(lambda: (found := source(server)) and found["state"] == "failing" and found, what="the failing state")


def flow_ids(petrel, data):
    return collections.Counter(int(event["flow"]["id"]) for event in petrel.stored(data))


@pytest.mark.timeout(300)
def test_messages_are_stored_and_acknowledged(serve, petrel, rabbit, queue, tmp_path):
    queue.alerts(range(500))
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue))
    assert received(server, 500)["stored"] == 500
    server.stop()
    assert queue.waiting() == 0
    assert flow_ids(petrel, tmp_path / "data") == {number: 1 for number in range(500)}


def test_nothing_is_acknowledged_before_it_is_durable(serve, petrel, rabbit, queue, tmp_path):
    """Killed in the middle, again and again: every confirmed message is stored once."""
    chance = random.Random(5)
    config, data = configure(tmp_path, rabbit.port, queue.queue, more="    prefetch: 200\n"), tmp_path / "data"
    published = 0
    for _ in range(KILLS):
        server = serve("--config", config)
        before = published
        published += 1500
        publishing = threading.Thread(target=Publisher(rabbit, queue.queue).alerts, args=(range(before, published),))
        publishing.start()
        received(server, before + chance.randint(1, 1000))
        server.kill()
        publishing.join(60)
    server = serve("--config", config)
    until(lambda: source(server)["ledger"]["stored"] >= published, 60, "all messages")
    until(lambda: queue.waiting() == 0, what="the empty queue")
    ledger = source(server)["ledger"]
    server.stop()
    assert flow_ids(petrel, data) == {number: 1 for number in range(published)}
    assert adds_up(ledger) and ledger["stored"] == published, ledger


@pytest.mark.timeout(400)
def test_a_broker_that_is_killed_and_started_is_found_again(serve, petrel, rabbit, queue, tmp_path):
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue, more="    prefetch: 100\n"))
    queue.alerts(range(300))
    received(server, 300)
    queue.alerts(range(300, 800))
    queue.connection.close()
    rabbit.kill()
    assert "amqp 127.0.0.1" in failing(server)["detail"]
    rabbit.start()
    queue.open()
    queue.alerts(range(800, 1000))
    until(lambda: source(server)["ledger"]["stored"] >= 1000, 120, "all messages")
    assert source(server)["state"] == "live"
    until(lambda: queue.waiting() == 0, what="the empty queue")
    server.stop()
    assert flow_ids(petrel, tmp_path / "data") == {number: 1 for number in range(1000)}


@pytest.mark.parametrize("queue", ["quorum"], indirect=True)
def test_quorum_queues(serve, petrel, rabbit, queue, tmp_path):
    queue.alerts(range(300))
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue))
    assert received(server, 300)["stored"] == 300
    server.stop()
    assert queue.waiting() == 0


def test_the_same_message_id_is_stored_once(serve, petrel, rabbit, queue, tmp_path):
    """A publisher that did not hear the confirmation publishes again; one that reuses ids for other messages loses nothing."""
    for number in (1, 2, 1):
        queue.publish(eve(number), message_id=f"m{number}")
    queue.publish(eve(3), message_id="m1")
    for _ in range(2):
        queue.publish(eve(4))
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue))
    ledger = received(server, 6)
    assert (ledger["stored"], ledger["duplicate"]) == (5, 1)
    server.stop()
    assert flow_ids(petrel, tmp_path / "data") == {1: 1, 2: 1, 3: 1, 4: 2}


def test_malformed_and_huge_messages_become_dead_letters_and_are_acknowledged(serve, rabbit, queue, tmp_path):
    queue.publish(eve(1))
    queue.publish(b"{\"event_type\": \"alert\"")
    queue.publish(eve(2, payload="x" * 3_000_000))
    queue.publish(b"")
    queue.publish(eve(3))
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue, more="    max_record: 1MiB\n"))
    ledger = received(server, 5)
    assert (ledger["stored"], ledger["dead_lettered"]) == (2, 3)
    letters = {letter["reason"]: letter for letter in server.get("/api/v1/dead-letters").json["dead_letters"]}
    assert letters["too_long"]["length"] > 3_000_000
    server.stop()
    assert queue.waiting() == 0


def test_messages_without_a_format_are_kept(serve, rabbit, queue, tmp_path):
    for number in range(5):
        queue.publish(b"\x00\x01\x02 %d" % number)
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue))
    assert received(server, 5)["dead_lettered"] == 5
    assert {letter["reason"] for letter in server.get("/api/v1/dead-letters").json["dead_letters"]} == {"unknown_format"}


def test_a_declared_queue_is_bound_and_routing_keys_choose_formats(serve, petrel, rabbit, queue, tmp_path):
    exchange, name = f"{queue.queue}-exchange", f"{queue.queue}-declared"
    queue.channel.exchange_declare(exchange, "topic", durable=True)
    more = (f"    declare: quorum\n    exchange: {exchange}\n    routing_keys: [\"ids.#\", \"docs.*\"]\n"
            "    formats: {\"docs.*\": ecs}\n")
    server = serve("--config", configure(tmp_path, rabbit.port, name, more=more))
    until(lambda: (found := source(server)) and found["state"] == "live", what="the live state")
    queue.publish(eve(7), key="ids.lab.7", exchange=exchange)
    queue.publish({"@timestamp": "2026-01-01T00:00:00Z", "message": "a document"}, key="docs.a", exchange=exchange)
    assert received(server, 2)["stored"] == 2
    server.stop()
    assert sorted(event["event"]["module"] for event in petrel.stored(tmp_path / "data")) == ["ecs", "suricata"]
    queue.channel.queue_delete(name)
    queue.channel.exchange_delete(exchange)


def test_a_deleted_queue_is_noticed(serve, rabbit, queue, tmp_path):
    server = serve("--config", configure(tmp_path, rabbit.port, queue.queue))
    until(lambda: (found := source(server)) and found["state"] == "live", what="the live state")
    queue.channel.queue_delete(queue.queue)
    assert "cancelled the consumer" in failing(server)["detail"]


@pytest.mark.parametrize("more, password, reason", [
    ("", "wrong", "does not let guest in"), ("", "guest", "no such queue"),
    ("    declare: quorum\n", "guest", "does not declare"),
])
def test_a_refusal_is_shown(serve, rabbit, queue, tmp_path, more, password, reason):
    name = queue.queue if more else "nowhere"
    config = configure(tmp_path, rabbit.port, name, more=more)
    (tmp_path / "password").write_text(password)
    assert reason in failing(serve("--config", config))["detail"]


def test_tls_checks_the_certificate(serve, rabbit, queue, tmp_path):
    shutil.copy(rabbit.folder / "ca.pem", tmp_path)
    queue.alerts(range(10))
    config = configure(tmp_path, rabbit.tls_port, queue.queue, scheme="amqps", host="localhost", more="    tls_ca: ./ca.pem\n")
    server = serve("--config", config)
    assert received(server, 10)["stored"] == 10
    server.stop()
    for more, host in [("", "localhost"), ("    tls_ca: ./ca.pem\n", "127.0.0.1")]:
        config = configure(tmp_path, rabbit.tls_port, queue.queue, scheme="amqps", host=host, more=more)
        assert "cannot be reached" in failing(serve("--config", config, data=tmp_path / f"untrusting-{host}"))["detail"]


def test_a_silent_broker_is_given_up(serve, tmp_path):
    """A peer that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = configure(tmp_path, listener.getsockname()[1], "q")
        found = until(lambda server=serve("--config", config): (found := source(server)) and found["state"] == "failing" and found, 60)
        assert "virtual host" in found["detail"]


def test_a_long_backlog_is_read_within_bounds(serve, petrel, rabbit, queue, tmp_path):
    """More than any buffer holds, through a pipeline of one mebibyte; nothing is lost, and heartbeats keep the connection."""
    for number in range(600):
        queue.publish(eve(number, payload="x" * 50_000), message_id=f"m{number}")
    config = configure(tmp_path, rabbit.port, queue.queue, more="    heartbeat: 1s\n")
    config.write_text("journal: {in_flight: 1MiB}\n" + config.read_text())
    server = serve("--config", config)
    assert received(server, 600)["stored"] == 600
    server.stop()
    assert queue.waiting() == 0

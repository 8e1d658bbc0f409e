"""The Kafka consumer against librdkafka's mock of a cluster, killed in the middle; the contract tests in Swift show the rest."""

import collections
import json
import random

import pytest
from confluent_kafka import Producer

from conftest import SLOW, adds_up, eve, until

KILLS = 8 if SLOW else 3
PARTITIONS = 4

# Every member that is killed holds its group up until its session ends.
pytestmark = pytest.mark.timeout(400)


class Cluster:
    """A mock cluster in this process, which lives as long as its producer."""

    def __init__(self):
        self.host = Producer({"test.mock.num.brokers": 1})
        broker, = self.host.list_topics(timeout=30).brokers.values()
        self.address = f"{broker.host}:{broker.port}"
        self.producer = Producer({"bootstrap.servers": self.address})

    def publish(self, topic, numbers):
        for number in numbers:
            self.producer.produce(topic, json.dumps(eve(number)), partition=number % PARTITIONS)
        assert self.producer.flush(60) == 0


@pytest.fixture
def cluster():
    return Cluster()


def configure(folder, cluster, more=""):
    path = folder / "petrel.yaml"
    path.write_text(
        f"sources:\n  - type: kafka\n    name: kafka\n    brokers: [\"{cluster.address}\"]\n    topics: [eve]\n"
        f"    properties: {{session.timeout.ms: 6000}}\n{more}")
    return path


def source(server):
    return next((found for found in server.get("/api/v1/sources").json["sources"] if found["name"] == "kafka"), None)


def stored(server, count):
    """Waits for the books to hold that many events, and checks that they balance."""
    def enough():
        found = source(server)
        return found if found and found["ledger"]["stored"] >= count else None
    ledger = until(enough, 120, f"{count} events")["ledger"]
    assert adds_up(ledger)
    return ledger


def test_every_message_is_stored_once_through_kills(serve, petrel, cluster, tmp_path):
    chance = random.Random(3)
    config, data = configure(tmp_path, cluster), tmp_path / "data"
    published = 0
    for _ in range(KILLS):
        cluster.publish("eve", range(published, published + 1000))
        published += 1000
        server = serve("--config", config)
        stored(server, published - 1000 + chance.randint(1, 500))
        server.kill()
    server = serve("--config", config)
    ledger = stored(server, published)
    assert ledger["received"] == ledger["stored"] == published, ledger
    server.stop()
    ids = collections.Counter(int(event["flow"]["id"]) for event in petrel.stored(data))
    assert ids == {number: 1 for number in range(published)}


def test_a_setting_that_cannot_be_is_shown(serve, cluster, tmp_path):
    config = configure(tmp_path, cluster)
    config.write_text(config.read_text().replace("session.timeout.ms", "no.such.setting"))
    server = serve("--config", config)
    failing = until(lambda: (found := source(server)) and found["state"] == "failing" and found, what="the failing state")
    assert "no.such.setting" in failing["detail"]

"""The unix source and senders as they are: Suricata, which connects again and drops meanwhile, many at once, a last line without an end."""

import socket
import threading

from conftest import eve_line, until
from listening import books
from test_unix import listen  # noqa: F401  (a fixture)


class Suricata:
    """Writes events as Suricata's `unix_stream` does: a line each, connects when it has no socket, and drops what it cannot write."""

    def __init__(self, path):
        self.path, self.link, self.dropped = path, None, []

    def write(self, number):
        try:
            if self.link is None:
                self.link = socket.socket(socket.AF_UNIX)
                self.link.connect(str(self.path))
            self.link.sendall(eve_line(number))
        except OSError:
            self.close()
            self.dropped.append(number)
            return False
        return True

    def close(self):
        self.link.close()
        self.link = None


def numbers(events):
    return sorted(int(event["flow"]["id"]) for event in events)


def test_suricata_finds_the_socket_again(listen):  # noqa: F811
    server, path, _ = listen("stream")
    sender = Suricata(path)
    for number in range(100):
        assert sender.write(number)
    until(lambda: books(server, "eve")["stored"] == 100, what="what came before the stop")
    server.stop()
    # The end of the other side is noticed by a write that fails; nothing listens before the next start.
    until(lambda: not sender.write(100 + len(sender.dropped)), what="a write that fails")
    assert not sender.write(100 + len(sender.dropped))
    server, path, events = listen("stream")
    until(lambda: books(server, "eve")["received"] == 100, what="the books of before")
    first = 100 + len(sender.dropped)
    for number in range(first, first + 50):
        assert sender.write(number)
    assert numbers(events(150)) == list(range(100)) + list(range(first, first + 50))


def test_many_senders_at_once(listen):  # noqa: F811
    _, path, events = listen("stream")

    def send(sender):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(path))
            for number in range(sender, 4000, 8):
                line = eve_line(number)
                # In two pieces, so that the lines of all lie between each other.
                link.sendall(line[:50])
                link.sendall(line[50:])

    senders = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert numbers(events(4000)) == list(range(4000))


def test_the_last_line_of_a_sender_needs_no_end(listen):  # noqa: F811
    _, path, events = listen("stream")
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(eve_line(1) + eve_line(2).strip())
    assert numbers(events(2)) == [1, 2]


def test_a_record_that_is_cut_by_the_end_is_a_dead_letter(listen):  # noqa: F811
    server, path, events = listen("stream")
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(eve_line(1) + eve_line(2).strip()[:-5])
    until(lambda: books(server, "eve")["dead_lettered"] == 1, what="the dead letter")
    counted = books(server, "eve")
    assert counted["received"] == 2 and counted["stored"] == 1, counted
    assert numbers(events(1)) == [1]


def test_a_socket_removed_beneath_is_made_again_by_pause_and_resume(listen):  # noqa: F811
    server, path, events = listen("stream")
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(eve_line(1))
        until(lambda: books(server, "eve")["stored"] == 1, what="the first record")
        path.unlink()
        # Who is connected goes on.
        link.sendall(eve_line(2))
        until(lambda: books(server, "eve")["stored"] == 2, what="the second record")
    assert not Suricata(path).write(3)
    assert server.post("/api/v1/sources/eve/pause").status == 200
    assert server.post("/api/v1/sources/eve/resume").status == 200
    until(path.exists, what="the new socket")
    sender = Suricata(path)
    until(lambda: sender.write(4), what="a sender that finds it")
    assert numbers(events(3)) == [1, 2, 4]

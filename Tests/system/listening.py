"""What the tests of listening sources share: a configuration, a free port, certificates, and real syslog senders."""

import os
import shutil
import signal
import socket
import subprocess

import pytest

from conftest import ROOT, until


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody has at the moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def books(server, name):
    """The books of a source; they must balance."""
    source = next((source for source in server.get("/api/v1/sources").json["sources"] if source["name"] == name), None)
    if source is None:
        return dict.fromkeys(("received", "stored", "duplicate", "filtered", "dead_lettered", "shed"), 0)
    ledger = source["ledger"]
    assert ledger["received"] == sum(ledger[key] for key in ledger if key != "received"), ledger
    return ledger


def stored(server, petrel, data, count, name):
    """Waits until a source has stored so many events, stops the server, and returns them."""
    until(lambda: books(server, name)["stored"] >= count, what=f"{count} events of {name}")
    server.stop()
    return petrel.stored(data)


def accepts(port):
    """Whether somebody listens at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Certificates:
    """An authority of the test and what it signed, made by openssl."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.ca = self._authority("ca")
        self.server = self._signed("server", "ca", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.client = self._signed("client", "ca", "subjectAltName=DNS:sender.example")
        self._authority("stranger")
        self.stranger = self._signed("unknown", "stranger", "subjectAltName=DNS:sender.example")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], cwd=self.folder, check=True, capture_output=True)

    def _authority(self, name):
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                      "-keyout", f"{name}.key", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem"

    def _signed(self, name, authority, extension):
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(extension + "\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-days", "2",
                      "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls") / "made")


class Daemon:
    """A program in the foreground; ended at the end of the test by its own number."""

    def __init__(self, command, folder):
        self.log = folder / "daemon.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([str(part) for part in command], cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def wait_for(self, path):
        """Waits until the program has made its input socket."""
        until(lambda: path.exists() or self.process.poll() is not None, what=f"{path.name}: {self.log.read_text(errors='replace')}")
        assert self.process.poll() is None, self.log.read_text(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def unpacked(program):
    """A program of the system, or of a Debian package that was unpacked under .build/debian."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path:
        return path, None
    folder = ROOT / ".build/debian"
    path = folder / "usr/sbin" / program
    if not path.exists():
        pytest.fail(f"there is no {program}: ./test unpacks it to {folder}", pytrace=False)
    return str(path), folder

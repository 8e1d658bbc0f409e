"""Small look-up tables: service names by port, ATT&CK techniques, attributions."""

import ast

# Ports that attackers look for and that /etc/services does not name.
MISSING = {
    "tcp": {
        "102": "iso-tsap", "502": "modbus", "1433": "ms-sql-s", "1521": "oracle", "1723": "pptp", "1883": "mqtt",
        "2375": "docker", "2376": "docker-tls", "2379": "etcd", "3389": "ms-wbt-server", "5555": "adb",
        "5601": "kibana", "5900": "vnc", "5984": "couchdb", "5985": "winrm", "5986": "winrm-tls", "6379": "redis",
        "6443": "kubernetes", "7001": "weblogic", "7547": "cwmp", "8009": "ajp13", "8088": "hadoop-yarn",
        "8443": "https-alt", "8545": "ethereum-rpc", "8728": "mikrotik-api", "9042": "cassandra",
        "9090": "prometheus", "9092": "kafka", "9100": "jetdirect", "9200": "elasticsearch",
        "9300": "elasticsearch-node", "10250": "kubelet", "11211": "memcached", "20000": "dnp3",
        "27017": "mongodb", "37215": "huawei-hg532", "37777": "dahua-dvr", "44818": "ethernet-ip",
        "52869": "realtek-upnp", "61616": "activemq",
    },
    "udp": {
        "389": "cldap", "623": "ipmi", "1434": "ms-sql-m", "1900": "ssdp", "3389": "ms-wbt-server",
        "3702": "ws-discovery", "5353": "mdns", "5683": "coap", "11211": "memcached", "37810": "dahua-dvr",
        "47808": "bacnet", "51820": "wireguard",
    },
}


def services(lines):
    """`{"tcp": {"22": "ssh"}, "udp": {…}}` from lines of /etc/services, its gaps filled from `MISSING`."""
    named = {"tcp": {}, "udp": {}}
    for line in lines:
        fields = line.partition("#")[0].split()
        if len(fields) < 2:
            continue
        port, _, protocol = fields[1].partition("/")
        if protocol in named and port.isdigit():
            named[protocol].setdefault(port, fields[0])
    for protocol, ports in MISSING.items():
        named[protocol] = ports | named[protocol]
    return {protocol: dict(sorted(ports.items(), key=lambda p: int(p[0]))) for protocol, ports in named.items()}


def attack(source):
    """ATT&CK's tactics and techniques from pysigma's module, read as literals and never executed."""
    literals = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            literals[node.target.id] = ast.literal_eval(node.value)
    tactics = literals["mitre_attack_techniques_tactics_mapping"]
    return {
        "version": literals["mitre_attack_version"],
        "tactics": literals["mitre_attack_tactics"],
        "techniques": {
            identifier: {"name": name, "tactics": tactics.get(identifier, [])}
            for identifier, name in literals["mitre_attack_techniques"].items()
        },
    }


# Shown on the About page; NOTICE in the repository lists the same.
ATTRIBUTIONS = [
    {
        "name": "Natural Earth",
        "licence": "Public domain",
        "url": "https://www.naturalearthdata.com/",
        "text": "Made with Natural Earth: country borders, names and label points.",
    },
    {
        "name": "DB-IP City Lite",
        "licence": "CC BY 4.0",
        "url": "https://db-ip.com",
        "text": "IP Geolocation by DB-IP",
    },
    {
        "name": "IPFire Location (country)",
        "licence": "CC BY-SA 4.0",
        "url": "https://location.ipfire.org/",
        "text": "Countries of addresses from the IPFire Location database, as converted by the Tor Project (Debian tor-geoipdb).",
    },
    {
        "name": "IPFire Location (autonomous systems)",
        "licence": "CC BY-SA 4.0",
        "url": "https://location.ipfire.org/",
        "text": "Autonomous systems and their names from the IPFire Location database (Debian libloc-database).",
    },
    {
        "name": "MITRE ATT&CK",
        "licence": "ATT&CK Terms of Use",
        "url": "https://attack.mitre.org/",
        "text": "© The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.",
    },
]

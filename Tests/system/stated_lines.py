"""Lines of text: whose address they name, and when. See `stated`.

A line that names one address is about that one. Where it names several, the words that programs write before a client's decide;
fail2ban's test logs say before each line which host must be found, and that counts first.
"""

import json
import re

from stated import ISO, MONTHS, NOT_JUDGED, Statement, address, iso_time, parsed

V4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?!\w|-[a-z]|\.\w)")
#: An address and its port in one word.
DOTTED_PORT = re.compile(r"(?<= )((?:\d{1,3}\.){3}\d{1,3})\.\d{2,5}(?=[ :])")
V6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4})(?![\w:.])")
ANY = r"\[?((?:::ffff:)?\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)"
#: What stands before the client's address, the surest first.
MARKS = [
    re.compile(pattern.replace("ADDRESS", ANY))
    for pattern in (
        r"\|ADDRESS\|", r"\bSRC=ADDRESS", r"^(?:https?|h2|wss?|grpcs) \S+ \S+ ADDRESS:\d+ ", r"\} ADDRESS(?::\d+)? -> ",
        r"RemoteAddress=\"IPV[46]/\w+/ADDRESS", r"remote host \[ipv[46]:ADDRESS", r"New connection: ADDRESS", r"\[client ADDRESS",
        r"ruser.* rhost=ADDRESS(?!.* rhost=)", r"rhost=ADDRESS(?!.* rhost=)", r"\brip=ADDRESS", r"remip=ADDRESS", r"\bsrc=ADDRESS", r"client=\S*\[ADDRESS",
        r"(?:H=|for |\) )\S* ?(?:\(\S*\) )?ADDRESS\]", r"\bADDRESS(?::\d+)?\]?:?\d*->", r"relay=ADDRESS\](?!.*relay=)", r"relay=ADDRESS", r" query ADDRESS",
        r"[Ff]rom (?:ip |user \S+ )?'?ADDRESS", r"IP=ADDRESS", r"ip:ADDRESS", r"(?<!\d )ip=ADDRESS(?!.* ip=)", r"Client \"ADDRESS",
        r"[Cc]lient[:=]? ?@?\S*?ADDRESS", r"(?:^|: )ADDRESS(?::\d+)? ", r"\(\S+\[ADDRESS\]\)", r"host[=:] ?ADDRESS", r"\[ADDRESS\]",
    )
]
ACCESS = re.compile(r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d) ([+-]\d{4})\] \"")
APACHE = re.compile(r"\[[A-Z][a-z]{2} ([A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d)(?:\.(\d+))? (\d{4})\]")
SYSLOG = re.compile(r"(?:<\d+>)?(" + "|".join(MONTHS) + r") +(\d+) (\d\d:\d\d:\d\d)(?=[. ])")


def addresses(line):
    """Every address in a line."""
    found = {address(text) for text in V4.findall(line)} | {address(text) for text in V6.findall(line) if text.count(":") > 1}
    return found - {None, "::"}


def source(line, expected):
    """The client's address."""
    if found := re.search(r'"src_ip": ?"([^"]+)"', line):
        return address(found[1])
    line = DOTTED_PORT.sub(r"\1", line)
    there = addresses(line)
    if expected and not address(expected) and f"from {expected}" in line:
        return None
    if expected and address(expected) in there:
        return address(expected)
    if len(there) < 2:
        return there.pop() if there else None
    for mark in MARKS:
        if (found := mark.search(line)) and (client := address(found[1].rstrip(":."))):
            return client
    raise AssertionError(f"this line names several addresses, and no mark tells whose they are: {line}")


def time_of(line):
    """The time: that of an event or request inside, else that of the beginning."""
    if found := re.search(r'(?:\{"timestamp": ?"|UNIFIutcTime=)([^" ]+)', line):
        return iso_time(found[1])
    if found := ACCESS.search(line):
        return parsed(f"{found[1]} {found[2]}", "%d/%b/%Y:%H:%M:%S %z")
    if found := APACHE.match(line):
        return parsed(f"{found[1]} {found[3]}", "%b %d %H:%M:%S %Y") + int((found[2] or "")[:6].ljust(6, "0"))
    if found := SYSLOG.match(line):
        return f"{MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}T{found[3]}"
    return iso_time(line) if ISO.match(line) and not line.startswith("0000") else NOT_JUDGED


def lines(text):
    """Every line that is not blank; comments of the collection are not judged."""
    expected = None
    for line in filter(str.strip, text.split("\n")):
        line = line.rstrip("\r")
        if line.startswith("#"):
            mark = re.match(r"#+ ?failJSON:(.*)", line)
            expected = json.loads(mark[1]).get("host") if mark else expected
            yield Statement(line, NOT_JUDGED, NOT_JUDGED)
        else:
            yield Statement(line, source(line, expected), time_of(line))
            expected = None
    
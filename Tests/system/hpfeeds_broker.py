"""The broker of the Python package hpfeeds on a port of the system's choice: prints the port, then what subscribers ask for.

Accounts stand in the environment (HPFEEDS_<IDENT>_SECRET, _PUBCHANS, _SUBCHANS). The argument is the port to take, 0 for any.
"""

import asyncio
import socket
import sys

from hpfeeds.broker.auth.env import Authenticator
from hpfeeds.broker.server import Server


class AnnouncingServer(Server):
    def subscribe(self, source, channel):
        super().subscribe(source, channel)
        print(f"{source.ak} {channel}", flush=True)


async def serve(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    broker = AnnouncingServer(auth=Authenticator(), name="test")
    broker.add_endpoint_test(listener)
    print(listener.getsockname()[1], flush=True)
    await broker.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))

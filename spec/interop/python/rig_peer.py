"""A rig of the Python kind: confirms what it gets, byte for byte, and answers it.

    rig_peer.py udp|tcp server|client PORT

Like the originals it takes one TCP read for one message, and whatever comes while it waits for an echo for that echo.

It prints {"port": N} when it is ready, then {"received": MESSAGE} for each message that is no echo. Lines of stdin:

    {"send": MESSAGE}     sends it and prints {"confirmed": true}, or {"confirmed": false, "got": TEXT}
    {"answer": DATA}      from now on answers each message with one of the same event and this data
    {"fail": TEXT}        from now on answers each message with an error

The last two print {"obeyed": true}.
"""

import asyncio
import json
import sys

ECHO_TIMEOUT_S = 5
START, STATUS = 2, 32


def tell(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Peer(asyncio.DatagramProtocol, asyncio.Protocol):
    """One end of the conversation, for datagrams and for a stream."""

    def __init__(self):
        self.transport = None
        self.remote = None
        self.awaited = None
        self.answer = None
        self.failure = None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.remote = address
        self.take(data)

    def data_received(self, data):
        self.take(data)

    def error_received(self, error):
        tell({"error": str(error)})

    def write(self, data):
        if not hasattr(self.transport, "sendto"):
            self.transport.write(data)
        elif self.transport.get_extra_info("peername") is not None:
            self.transport.sendto(data)
        else:
            self.transport.sendto(data, self.remote)

    def take(self, data):
        if self.awaited is not None and not self.awaited.done():
            self.awaited.set_result(data)
            return
        message = json.loads(data)
        if message[0] != 0:
            self.write(data)
        # What stands bare in Python's JSON is no JSON to the test.
        tell({"received": json.loads(data, parse_constant=str)})
        if message[0] == 0:
            return
        if self.failure is not None:
            self.write(json.dumps([0, self.failure, message[0]]).encode())
        elif self.answer is not None:
            asyncio.ensure_future(self.send(self.answer_to(message)))

    def answer_to(self, message):
        if message[0] == START:
            return [START, message[1], self.answer]
        return [message[0], 20 if message[0] == STATUS else self.answer]

    async def send(self, message):
        data = json.dumps(message).encode()
        self.awaited = asyncio.get_running_loop().create_future()
        self.write(data)
        try:
            got = await asyncio.wait_for(self.awaited, ECHO_TIMEOUT_S)
        except asyncio.TimeoutError:
            got = None
        if got == data:
            tell({"confirmed": True})
        else:
            tell({"confirmed": False, "got": None if got is None else got.decode()})

    async def obey(self, command):
        if "send" in command:
            await self.send(command["send"])
        self.answer = command.get("answer", self.answer)
        self.failure = command.get("fail", self.failure)
        if "send" not in command:
            tell({"obeyed": True})


async def open_peer(scheme, role, port):
    loop = asyncio.get_running_loop()
    peer = Peer()
    address = ("127.0.0.1", port)
    if scheme == "udp":
        side = {"local_addr": address} if role == "server" else {"remote_addr": address}
        transport, _ = await loop.create_datagram_endpoint(lambda: peer, **side)
        return peer, transport.get_extra_info("sockname")[1]
    if role == "server":
        server = await loop.create_server(lambda: peer, *address)
        return peer, server.sockets[0].getsockname()[1]
    transport, _ = await loop.create_connection(lambda: peer, *address)
    return peer, transport.get_extra_info("sockname")[1]


async def main():
    scheme, role, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    peer, bound = await open_peer(scheme, role, port)
    tell({"port": bound})
    stdin = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    while line := await stdin.readline():
        await peer.obey(json.loads(line))


asyncio.run(main())

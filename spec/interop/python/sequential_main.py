"""A main rig of the Python kind that tells rigs one after the other, over UDP: sends, awaits the echo, and only then
listens for the answer (iblutil io.net). What comes before that is nobody's.

    sequential_main.py PORT ROUNDS

It prints {"answered": MESSAGE} or {"answered": null} for each round.
"""

import asyncio
import json
import sys

ECHO_TIMEOUT_S = 5
ANSWER_TIMEOUT_S = 2
INIT = 1


class Main(asyncio.DatagramProtocol):
    def __init__(self):
        self.echo = None
        self.answer = None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if self.echo is not None and not self.echo.done():
            self.echo.set_result(data)
            return
        self.transport.sendto(data)
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(json.loads(data))

    async def tell(self, message):
        loop = asyncio.get_running_loop()
        self.answer = None
        self.echo = loop.create_future()
        self.transport.sendto(json.dumps(message).encode())
        await asyncio.wait_for(self.echo, ECHO_TIMEOUT_S)
        self.answer = loop.create_future()
        try:
            return await asyncio.wait_for(self.answer, ANSWER_TIMEOUT_S)
        except asyncio.TimeoutError:
            return None


async def run(port, rounds):
    loop = asyncio.get_running_loop()
    _, main = await loop.create_datagram_endpoint(Main, remote_addr=("127.0.0.1", port))
    for number in range(rounds):
        print(json.dumps({"answered": await main.tell([INIT, number])}), flush=True)


asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))

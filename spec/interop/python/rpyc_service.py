"""A service of the real rpyc that registers itself, as its server does with auto_register.

Arguments: udp or tcp, the registry's host and port, the service's port or 0.
"""

import sys

import rpyc
from json_lines import end_with_the_test, tell
from rpyc.utils.registry import TCPRegistryClient, UDPRegistryClient
from rpyc.utils.server import ThreadedServer

mode, host, port = sys.argv[1:]


class ThermometerService(rpyc.Service):
    ALIASES = ["thermometer", "lab_sensor"]

    def exposed_celsius(self):
        return 21.5


registrar = {"udp": UDPRegistryClient, "tcp": TCPRegistryClient}[mode](host, port=int(port))
server = ThreadedServer(
    ThermometerService, hostname="127.0.0.1", port=0, registrar=registrar, auto_register=True
)
end_with_the_test()
tell({"port": server.port})
server.start()

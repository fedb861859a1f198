"""A registry client of the real rpyc. A message is {"call": METHOD, "args": [...]}, its answer {"result": ...}.

Arguments: udp, udp6 or tcp, the registry's host and port.
"""

import logging
import sys

from json_lines import tell, told
from rpyc.utils.registry import TCPRegistryClient, UDPRegistryClient

mode, host, port = sys.argv[1:]
logger = logging.getLogger("client")
if mode == "tcp":
    client = TCPRegistryClient(host, port=int(port), logger=logger)
else:
    client = UDPRegistryClient(host, port=int(port), ipv6=mode == "udp6", logger=logger)


def tuples(value):
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


tell("ready")
for message in told():
    tell({"result": getattr(client, message["call"])(*tuples(message["args"]))})

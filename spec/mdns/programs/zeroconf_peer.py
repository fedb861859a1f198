"""Announces or finds a service with python3-zeroconf. Usage: announce NAME ADDRESS PORT | find INSTANCE"""

import json
import socket
import sys
import time

from zeroconf import ServiceInfo, Zeroconf


def announce(zeroconf, name, address, port):
    service = "_bpod._tcp.local."
    info = ServiceInfo(
        service,
        f"{name}.{service}",
        addresses=[socket.inet_aton(address)],
        port=int(port),
        properties={"serial": "123"},
        server="bench.local.",
    )
    zeroconf.register_service(info)
    print(json.dumps("announced"), flush=True)
    time.sleep(60)


def find(zeroconf, instance):
    service = instance.split(".", 1)[1]
    info = zeroconf.get_service_info(service, instance, timeout=10_000)
    text = {key.decode(): value.decode() for key, value in info.properties.items()}
    print(json.dumps({"port": info.port, "addresses": info.parsed_addresses(), "text": text}), flush=True)


command, *arguments = sys.argv[1:]
{"announce": announce, "find": find}[command](Zeroconf(), *arguments)

"""A registry server of the real rpyc, which tells what is added and removed.

Arguments: udp or tcp, the host, the pruning timeout in seconds, listing or no-listing.
"""

import logging
import sys

from json_lines import end_with_the_test, tell
from rpyc.utils.registry import TCPRegistryServer, UDPRegistryServer

mode, host, timeout, listing = sys.argv[1:]


def telling(base):
    class TellingServer(base):
        def on_service_added(self, name, addrinfo):
            tell({"added": name, "address": list(addrinfo)})

        def on_service_removed(self, name, addrinfo):
            tell({"removed": name, "address": list(addrinfo)})

    return TellingServer


server = telling({"udp": UDPRegistryServer, "tcp": TCPRegistryServer}[mode])(
    host=host,
    port=0,
    pruning_timeout=float(timeout),
    logger=logging.getLogger("registry"),
    allow_listing=listing == "listing",
)
end_with_the_test()
tell({"port": server.port})
server.start()

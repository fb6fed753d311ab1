"""A port of 127.0.0.1 that is free.

python -m portal.sandbox.ports PORT    prints that one if it is free, else another
"""

from __future__ import annotations

import random
import socket
import sys

#: Below the ports that systems give to outgoing connections: free again when a server comes back.
PORTS = range(20_000, 32_000)


def free_port(wish: int = 0) -> int:
    """The port wished for if a server could listen on it now, else any other."""
    others = random.sample(PORTS, k=len(PORTS))  # nosec B311: a port is no secret
    return next(port for port in [wish, *others] if port and _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


if __name__ == "__main__":
    print(free_port(int(sys.argv[1])))

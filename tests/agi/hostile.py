"""Strangers at a port, in a process of their own: ``python -m tests.agi.hostile PORT SECONDS``."""

from __future__ import annotations

import contextlib
import socket
import sys
import time

HALF = b"agi_network: yes\nagi_network_scr"
GIANT = b"agi_x: " + b"y" * 1_000_000


def attack(port: int, seconds: float) -> int:
    """Connect again and again: close at once, leave half a header, send a giant one; return how often."""
    end, count, idle = time.monotonic() + seconds, 0, []
    while time.monotonic() < end or count < 1000:
        count += 1
        with contextlib.suppress(OSError):
            one = socket.create_connection(("127.0.0.1", port), timeout=2)
            if count % 3 == 0:
                one.sendall(HALF)
                idle.append(one)
                continue
            if count % 50 == 1:
                one.sendall(GIANT)
            one.close()
        if len(idle) > 300:
            idle.pop(0).close()
    return count


if __name__ == "__main__":
    print(attack(int(sys.argv[1]), float(sys.argv[2])))

"""The port to a text message gateway, and two doubles that are product: a folder, and the memory of a test.

No gateway is specified by the city. A real one implements `Gateway`: take a message under a key, at most once a key;
give what came in, after a place that it chose itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

_MOST = 500  # answers read at once


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message. `key` is the same each time it is tried."""

    key: str
    to: str
    body: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a citizen wrote."""

    sender: str
    body: str


class GatewayError(RuntimeError):
    """The gateway did not take a message; it is tried again."""


class Gateway(Protocol):
    """What takes and gives text messages. Blocks; called in a thread."""

    def send(self, message: Outgoing) -> None:
        """Take a message. Raises GatewayError."""

    def received(self, after: int) -> tuple[Sequence[Incoming], int]:
        """Return what came in after a place, and the new place."""


@dataclass
class Remembered:
    """Keeps everything in memory; `broken`: how many sendings will fail."""

    sent: dict[str, Outgoing] = field(default_factory=dict)
    inbox: list[Incoming] = field(default_factory=list)
    broken: int = 0

    def send(self, message: Outgoing) -> None:
        """Take a message, unless it is to fail."""
        if self.broken:
            self.broken -= 1
            raise GatewayError("网关暂时不可用")
        self.sent[message.key] = message

    def received(self, after: int) -> tuple[Sequence[Incoming], int]:
        """Return what came in after the first `after` messages."""
        return self.inbox[after:after + _MOST], min(len(self.inbox), after + _MOST)


class Folder:
    """A folder whose ``out.jsonl`` somebody carries on and whose ``in.jsonl`` they fill: one JSON object a line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Outgoing) -> None:
        """Write a message down. Raises GatewayError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self._folder / "out.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(message), ensure_ascii=False) + "\n")
        except OSError as error:
            raise GatewayError(f"写不进 {self._folder}:{error}") from error

    def received(self, after: int) -> tuple[Sequence[Incoming], int]:
        """Return whole lines behind byte `after`; a line that cannot be read is passed over."""
        path = self._folder / "in.jsonl"
        if not path.exists():
            return [], after
        with path.open("rb") as file:
            file.seek(after)
            lines = file.read(1 << 20).split(b"\n")[:-1]
        found = [one for line in lines if (one := _incoming(line)) is not None]
        return found, after + sum(len(line) + 1 for line in lines)


def _incoming(line: bytes) -> Incoming | None:
    try:
        told = json.loads(line)
        return Incoming(str(told["sender"])[:40], str(told["body"])[:500])
    except (ValueError, KeyError, TypeError):
        return None

"""A telephone in memory for the FastAGI driver: presses what it is told, keeps what it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class HungUp(Exception):
    """The caller hung up."""


@dataclass
class Pressed:
    digits: str
    timed_out: bool = False
    key: str = ""
    seconds: float = 0.0


@dataclass
class Phone:
    """`keys`: one for each question; ``t`` silence, ``h`` hang up. When they run out the caller is silent."""

    keys: list[str]
    args: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    round_trips: int = 0

    def _next(self) -> str:
        key = self.keys.pop(0) if self.keys else "t"
        if key == "h":
            raise HungUp
        return key

    async def get_data(self, prompts: Sequence[str], timeout_ms: int, max_digits: int) -> Pressed:
        self.round_trips += 1
        self.heard += prompts
        key = self._next()
        return Pressed("", True) if key == "t" else Pressed(key.rstrip("#")[:max_digits])

    async def stream(self, prompt: str, escape: str = "") -> str:
        self.round_trips += 1
        self.heard.append(prompt)
        return ""

    async def set_variables(self, variables: Mapping[str, str]) -> None:
        self.round_trips += 1
        self.variables.update(variables)
        self.order += variables

    async def record(self, path: str, escape: str, max_ms: int, silence_s: int, *, beep: bool) -> Pressed:
        self.round_trips += 1
        self.heard.append(path)
        key = self._next()
        return Pressed("", key="" if key == "t" else key, seconds=3.0)


class Voice:
    """A speech engine that says nothing but remembers what it was asked: half a second of a tone."""

    id = "tone"

    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, text: str, lang: str) -> bytes:
        self.said.append(text)
        return b"\x00\x20\x00\xe0" * 4000

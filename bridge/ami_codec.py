"""Frames of the manager interface: text to bytes and back. Pure: no socket, no clock.

A frame is lines ``Name: value`` ended by CR LF, closed by an empty line. Whoever smuggles a line end into a value
writes a second frame, so nothing below 0x20 passes the encoder; and because a character may be split over two
network segments, nothing is decoded before its frame is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bridge.ami_errors import AmiBadValue, AmiError

Value = str | int | Sequence[str]

# Asterisk 22 reads at most 1,024 bytes a line with its CR LF and 128 lines a frame; it discards what is longer.
MAX_LINE = 1022
MAX_LINES = 120
MAX_FRAME = 256 * 1024

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# the functions that are written: by their names, since others run a program or write a file
_WRITTEN = re.compile(r"(?:SHARED|TIMEOUT)\([A-Za-z_]{1,80}\)")
# where a telephone is registered from: its contact by the name of its account, then a field of that contact
_TELEPHONE = re.compile(r"PJSIP_AOR\([0-9A-Za-z_.-]{1,80},contact\)|PJSIP_CONTACT\([0-9A-Za-z_.-]{1,80};@[0-9a-f]{32},"
                        r"(?:via_addr|user_agent|expiration_time|status)\)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPLITTING = re.compile(r'([\\",()\[\]])')
_ESCAPED = r"\\\1"
_ACTION_ID = re.compile(r"[0-9A-Za-z_./-]{1,80}")
# actions whose Variable names one and does not set any, and what it may name
_ONE_VARIABLE = {"setvar": (_VARIABLE, _WRITTEN), "getvar": (_VARIABLE, _TELEPHONE)}
_VARIABLE_HEADERS = ("ChanVariable", "Variable")
_END = "\r\n"
_BANNER = b"Asterisk Call Manager/"


class AmiFrameFault(AmiError):
    """The peer does not speak the protocol: no banner, or a frame past its bound. The connection is of no use."""


class AmiEvent:
    """One frame from the switch, an event or an answer.

    `name` is the event's name, for an answer its response (``Success``, ``Error``, ``Goodbye``). Of the thirty headers
    of an event two or three are asked for, so one is looked for in the text and the whole is split only on demand.
    """

    __slots__ = ("_split", "_text", "name")

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text  # every line with its CR LF, and one before the first
        self._split: tuple[dict[str, str], dict[str, list[str]]] | None = None

    def get(self, header: str, default: str = "") -> str:
        """Return the value of a header, spelled as the switch spells it; the first one if it is repeated."""
        start = self._text.find(f"{_END}{header}: ")
        if start < 0:
            return self.fields.get(header, default) if default else ""
        start += len(header) + 4
        return self._text[start : self._text.index(_END, start)]

    @property
    def fields(self) -> Mapping[str, str]:
        """Return each header once, as sent, with its first value."""
        return self._parts()[0]

    @property
    def repeats(self) -> Mapping[str, Sequence[str]]:
        """Return all values of the headers that are repeated."""
        return self._parts()[1]

    def _parts(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        if self._split is None:
            self._split = _split(self._text)
        return self._split

    def all(self, header: str) -> Sequence[str]:
        """Return every value of a header."""
        if header in self.repeats:
            return self.repeats[header]
        return (self.fields[header],) if header in self.fields else ()

    def var(self, variable: str, default: str = "", *, side: str | None = None) -> str:
        """Return a channel variable the event carries (``channelvars=`` in manager.conf).

        `side` is the prefix of the channel meant, such as ``Dest``; without it the event's own channel is asked
        first, then ``Dest``.
        """
        for prefix in ("", "Dest") if side is None else (side,):
            for name, value in self._assigned(f"{prefix}ChanVariable"):
                if name == variable and value:
                    return value
        return default

    def _assigned(self, header: str) -> Iterator[tuple[str, str]]:
        # an event of several channels, and OriginateResponse, says ``ChanVariable(<channel>): NAME=value``
        for spelled in self.fields:
            if spelled == header or spelled.startswith(f"{header}("):
                for pair in self.all(spelled):
                    name, _, value = pair.partition("=")
                    yield name, value

    @property
    def variables(self) -> dict[str, str]:
        """Every channel variable the frame carries: of ``channelvars=``, and those a Status was asked for."""
        return {name: value for header in _VARIABLE_HEADERS for name, value in self._assigned(header)}

    @property
    def is_answer(self) -> bool:
        """Tell an answer to an action from an event (OriginateResponse is an event with a ``Response`` header)."""
        return f"{_END}Event:" not in self._text


def encode(
    action: str, fields: Mapping[str, Value] | None = None, *, action_id: str,
    variables: Mapping[str, str] | None = None,
) -> bytes:
    """Return the bytes of one action. Raises AmiBadValue, and then nothing may be sent.

    A sequence is sent as a repeated header. Channel variables come only as a mapping, one header each, and arrive
    as they are whatever characters they have; `fields` may say ``Variable`` only to Setvar and Getvar.
    """
    if not _ACTION_ID.fullmatch(action_id):
        raise AmiBadValue(f"{action_id!r} is no ActionID")
    lines = [_line("Action", action), _line("ActionID", action_id)]
    for name, value in (fields or {}).items():
        _check_name(action, name, value)
        lines += [_line(name, one) for one in _values(value)]
    lines += [_line("Variable", _assignment(name, value)) for name, value in (variables or {}).items()]
    if len(lines) > MAX_LINES:
        raise AmiBadValue(f"{action}: {len(lines)} lines, the switch reads {MAX_LINES}")
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _values(value: Value) -> Sequence[str]:
    if isinstance(value, str | int):
        return (str(value),)
    return value


def _check_name(action: str, name: str, value: Value) -> None:
    lowered = name.lower()
    if lowered in ("action", "actionid"):
        raise AmiBadValue(f"{name} is not for the caller to set")
    if lowered != "variable":
        return
    names = _ONE_VARIABLE.get(action.lower())
    if names is None:
        raise AmiBadValue(f"{action}: give variables as a mapping")
    if not isinstance(value, str) or not any(known.fullmatch(value) for known in names):
        raise AmiBadValue(f"{action}: {value!r} is no name of a variable")


def _line(name: str, value: str) -> bytes:
    if not _HEADER.fullmatch(name):
        raise AmiBadValue(f"{name!r} is no name of a header")
    if _CONTROL.search(value):
        raise AmiBadValue(f"{name}: control characters are refused")
    try:
        line = f"{name}: {value}".encode()
    except UnicodeEncodeError as error:
        raise AmiBadValue(f"{name}: no valid text") from error
    if len(line) > MAX_LINE:
        raise AmiBadValue(f"{name}: {len(line)} bytes, the switch reads {MAX_LINE}")
    return line


def _assignment(name: str, value: str) -> str:
    # The switch cuts a Variable header at commas and removes quotes and backslashes: escaped, each arrives as it was.
    if not _VARIABLE.fullmatch(name):
        raise AmiBadValue(f"{name!r} is no name of a variable")
    return f"{name}={_SPLITTING.sub(_ESCAPED, value)}"


class FrameDecoder:
    """Bytes in, whole frames out, however the bytes are cut. The banner comes first and is kept as `version`."""

    def __init__(self, *, limit: int = MAX_FRAME) -> None:
        self.version = ""
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[AmiEvent]:
        """Yield the frames that `data` completes. Raises AmiFrameFault when the peer talks something else."""
        self._buffer += data
        if not self.version and not self._take_banner():
            return
        frames = self._take_frames()
        for raw in frames:
            event = parse(raw)
            if event is not None:
                yield event

    def _take_banner(self) -> bool:
        end = self._buffer.find(b"\n")
        if not self._buffer.startswith(_BANNER[: len(self._buffer)]) or (end < 0 and len(self._buffer) > 200):
            raise AmiFrameFault(f"no manager interface: {bytes(self._buffer[:40])!r}")
        if end < 0:
            return False
        self.version = self._buffer[len(_BANNER) : end].decode("utf-8", "replace").strip() or "?"
        del self._buffer[: end + 1]
        return True

    def _take_frames(self) -> list[bytes]:
        end = self._buffer.rfind(b"\r\n\r\n", max(0, self._searched - 3))
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > self._limit:
                raise AmiFrameFault(f"a frame of more than {self._limit} bytes")
            return []
        whole = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        self._searched = len(self._buffer)
        if self._searched > self._limit:
            raise AmiFrameFault(f"a frame of more than {self._limit} bytes")
        return whole.split(b"\r\n\r\n")


def parse(raw: bytes) -> AmiEvent | None:
    """Return the frame in `raw` (its bytes without the closing empty line), or None if it is neither of the two."""
    frame = AmiEvent("", f"{_END}{raw.decode('utf-8', 'replace')}{_END}")
    frame.name = frame.get("Event") or frame.get("Response")
    return frame if frame.name else None


def _split(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    fields: dict[str, str] = {}
    repeats: dict[str, list[str]] = {}
    for line in text.split(_END):
        name, colon, value = line.partition(": ")
        if not colon:
            name, value = line.rstrip(":"), ""
        if name in fields:
            repeats.setdefault(name, [fields[name]]).append(value)
        elif name:
            fields[name] = value
    return fields, repeats

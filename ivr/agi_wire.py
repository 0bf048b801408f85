"""Lines of the AGI protocol: words to a line, bytes to replies. Pure: no socket, no clock.

A line end in a word is a second command, and a reply that is taken for another shifts every later one; so words are
quoted here and nowhere else, and the reader knows the one line that is no reply (``HANGUP``) and the replies that
take several lines. Measured on Asterisk 22: 8,191 bytes a command, 1,023 bytes a value of GET VARIABLE; two commands
in one write are not pipelined, the second waits in a buffer until a third arrives: so one at a time. GET DATA and
STREAM FILE take one file, ``a&b`` is looked for as a file of that name.

    AgiError
    ├── AgiHangup     the caller has hung up, or was taken elsewhere; the channel is no longer ours to talk to
    ├── AgiGone       the connection was lost with a live channel, as far as we know
    ├── AgiTimeout    no reply within the deadline; the connection is given up, later replies would be out of step
    ├── AgiBadValue   a word that must not be sent, or a value that did not arrive whole
    └── AgiFailed     the switch refused the command, or it failed; code and text are the switch's
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.errors import IvrError

MAX_LINE = 8000
MAX_REPLY = 64 * 1024
MAX_VALUE = 1023

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN = re.compile(r"[0-9A-Za-z_./:=#*+-]+")
_NAME = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*")
_LISTED = re.compile(r'([\\",()\[\]])')
_OK = re.compile(r"result=(\S*)(?: \((.*)\))?(?: endpos=(\d+))?\s*", re.DOTALL)


class AgiError(IvrError):
    """Anything that ends or refuses a command."""


class AgiHangup(AgiError):
    """The channel is gone."""


class AgiGone(AgiError):
    """The connection is gone."""


class AgiTimeout(AgiError):
    """The switch did not reply in time."""


class AgiBadValue(AgiError, ValueError):
    """A value that cannot be sent, or was not received whole."""


class AgiFailed(AgiError):
    """The command failed on a live channel."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class AgiReply:
    """One reply: ``200 result=<result> (<data>) endpos=<endpos>``; other codes have their text in `data`."""

    code: int
    result: str = ""
    data: str = ""
    endpos: int = 0


def encode_command(*words: str) -> bytes:
    """Return the line of one command; the first word is the command itself. Raises AgiBadValue."""
    try:
        line = " ".join((words[0], *map(_quoted, words[1:]))).encode() + b"\n"
    except UnicodeEncodeError as error:
        raise AgiBadValue(f"{words[0]}: no valid text") from error
    if _CONTROL.search(words[0]) or len(line) > MAX_LINE:
        raise AgiBadValue(f"{words[0][:40]!r}: {len(line)} bytes, or no command")
    return line


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    if _CONTROL.search(word):
        raise AgiBadValue("control characters are refused")
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def assignments(variables: Mapping[str, str]) -> list[str]:
    """Return arguments for MSet, as few as fit, in order. Each value arrives as it is. Raises AgiBadValue."""
    arguments: list[str] = []
    for name, value in variables.items():
        if not _NAME.fullmatch(name):
            raise AgiBadValue(f"{name!r} is no name of a variable")
        pair = f"{name}={_LISTED.sub(_ESCAPED, value)}" if value else f'{name}=""'
        if arguments and len((arguments[-1] + pair).encode("utf-8", "replace")) < MAX_LINE // 4:
            arguments[-1] += "," + pair
        else:
            arguments.append(pair)
    return arguments


_ESCAPED = r"\\\1"


class ReplyReader:
    """Bytes in, whole replies out; None stands for ``HANGUP``. Raises AgiBadValue when a reply has no end."""

    def __init__(self) -> None:
        self._buffer = b""
        self._open = ""  # the lines so far of a reply of several

    def feed(self, data: bytes) -> Iterator[AgiReply | None]:
        """Yield what `data` completes."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace")
            if text == "HANGUP" and not self._open.startswith("200"):
                yield None
            elif reply := self._line(text):
                yield reply
        if len(self._buffer) + len(self._open) > MAX_REPLY:
            raise AgiBadValue("a reply without an end")

    def _line(self, text: str) -> AgiReply | None:
        if self._open:
            text = f"{self._open}\n{text}"
            whole = _closes(text)
        elif not text[:3].isdecimal() or text.startswith("100"):
            return None  # no reply: a trying, or the rest of nothing we asked for
        else:
            whole = not _opens(text)
        self._open = "" if whole else text
        return parse(text) if whole else None


def _opens(line: str) -> bool:
    """Tell whether a reply goes on after its first line: a usage, or a value with a line end in it."""
    if line.startswith("520-"):
        return "not available" not in line
    return line.startswith("200 ") and "(" in line and ")" not in line


def _closes(text: str) -> bool:
    return "\n520 " in text if text.startswith("520") else text.endswith(")")


def parse(text: str) -> AgiReply:
    """Return the reply in `text` (one line, or several of one reply)."""
    code, rest = int(text[:3]), text[4:]
    found = _OK.fullmatch(rest) if code == 200 else None
    if found is None:
        return AgiReply(code, data=rest.strip())
    return AgiReply(code, found[1], found[2] or "", int(found[3] or 0))


def parse_header(block: bytes) -> dict[str, str]:
    """Return the variables Asterisk sends first. Raises AgiBadValue: a name that stands twice was smuggled in."""
    header: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(": ")
        name = name if colon else name.rstrip(":")
        if not name:
            continue
        if name in header:
            raise AgiBadValue(f"{name} stands twice")
        header[name] = value
    return header

"""The switch's own event log: JSON lines that can be read whatever a caller calls themselves."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline.switch import EmbeddedSwitch

pytestmark = pytest.mark.switch

CALLER = "13800000000"
HOSTILE = {
    "quotes and backslashes": b'\\"Ann\\" \\\\ back',
    "emoji": "😀 市民".encode(),
    "dialplan code": b"${SHELL(id)} ${EXTEN}",
    "bytes of another encoding": "市民来电".encode("gbk"),
    "json": b"\\\"},{\\\"eventtype\\\":\\\"ANSWER\\\"",
    "four kilobytes": b"x" * 4096,
    "a tab": b"a\tb",
}
HOSTILE_NUMBERS = {
    "a quote": "1%22%5C%22,%22eventenum%22:%22ANSWER",
    "a line feed": "1%0A%0Dexten",
    "dialplan code": "1$%7BSHELL(id)%7D",
}
FIELDS = {
    "eventtype", "eventenum", "userdeftype", "eventtime", "context", "channame", "appname", "accountcode", "uniqueid",
    "linkedid", "peer", "eventextra",
}


@pytest.fixture
def caller() -> Iterator[socket.socket]:
    """A SIP socket at the address of the telephone network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.2", 0))
        phone.settimeout(5)
        yield phone


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
async def test_a_callers_name_cannot_break_a_line(switch: EmbeddedSwitch, caller: socket.socket, name: bytes) -> None:
    await asyncio.to_thread(_ring_and_leave, switch, caller, name)
    await switch.stop()
    rows = _rows(switch.settings.cel_file)
    assert {row["eventenum"] for row in rows} >= {"CHAN_START", "HANGUP", "LINKEDID_END"}
    assert all(set(row) == FIELDS for row in rows)
    assert len({row["linkedid"] for row in rows}) == 1
    assert name not in switch.settings.cel_file.read_bytes()


@pytest.mark.parametrize("number", HOSTILE_NUMBERS.values(), ids=list(HOSTILE_NUMBERS))
async def test_a_callers_number_cannot_break_a_line(switch: EmbeddedSwitch, caller: socket.socket, number: str) -> None:
    await asyncio.to_thread(_ring_and_leave, switch, caller, b"Ann", number)
    await switch.stop()
    assert {row["eventenum"] for row in _rows(switch.settings.cel_file)} >= {"CHAN_START", "HANGUP", "LINKEDID_END"}


async def test_who_called_is_told_by_the_dialplans_own_event(switch: EmbeddedSwitch, caller: socket.socket) -> None:
    await asyncio.to_thread(_ring_and_stay, switch, caller, b"Ann")
    line = await _line_with(switch.settings.cel_file, "fact=call.answered")
    assert f"caller={CALLER}" in json.loads(json.loads(line)["eventextra"])["extra"]


async def test_the_time_of_an_event_is_epoch_seconds_as_a_number(
    switch: EmbeddedSwitch, caller: socket.socket,
) -> None:
    await asyncio.to_thread(_ring_and_leave, switch, caller, b"Ann")
    await switch.stop()
    rows = _rows(switch.settings.cel_file)
    assert all(isinstance(row["eventtime"], float) and row["eventtime"] > 1.6e9 for row in rows)


async def test_a_caller_who_names_an_agents_phone_is_still_a_caller(
    switch: EmbeddedSwitch, caller: socket.socket,
) -> None:
    await asyncio.to_thread(_ring_and_leave, switch, caller, b"6001", "6001")
    await switch.stop()
    assert {row["context"] for row in _rows(switch.settings.cel_file)} != {"from-agent"}


async def test_a_drained_switch_takes_no_new_call_but_lets_a_talk_end(
    switch: EmbeddedSwitch, caller: socket.socket,
) -> None:
    to = await asyncio.to_thread(_ring_and_stay, switch, caller, b"Ann")
    assert not await switch.process.drain(0.5)
    assert (await switch.status()).calls == 1
    draining = asyncio.create_task(switch.process.drain(20))
    async with asyncio.timeout(60):
        while "during shutdown" not in await switch.rx("core show channels count"):
            continue
    assert (await asyncio.to_thread(_refusal, switch)).startswith(b"SIP/2.0 503")
    assert switch.process.pid is not None
    await asyncio.to_thread(_leave, switch, caller, b"Ann", CALLER, to)
    assert await draining
    assert switch.process.pid is None


async def test_somebody_whom_nobody_knows_is_not_let_in(switch: EmbeddedSwitch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.9", 0))
        stranger.settimeout(5)
        answer = await asyncio.to_thread(_ring, switch, stranger, b"Ann", CALLER)
    assert answer.startswith(b"SIP/2.0 401")


def _refusal(switch: EmbeddedSwitch) -> bytes:
    """Call from another socket; return the first line of what comes after 100 Trying."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind(("127.0.0.2", 0))
        late.settimeout(5)
        answer = _ring(switch, late, b"Late", "13900000000")
        while answer.startswith(b"SIP/2.0 100"):
            answer = late.recv(65536)
        return answer.split(b"\r\n", 1)[0]


def _ring_and_leave(switch: EmbeddedSwitch, phone: socket.socket, name: bytes, number: str = CALLER) -> None:
    """Call 12345 and hang up as soon as the switch answers."""
    _leave(switch, phone, name, number, _ring_and_stay(switch, phone, name, number))


def _ring_and_stay(switch: EmbeddedSwitch, phone: socket.socket, name: bytes, number: str = CALLER) -> bytes:
    """Call 12345 and return the header by which the switch's answer is named in later requests."""
    answer = _ring(switch, phone, name, number)
    while not answer.startswith(b"SIP/2.0 200"):
        assert not answer.startswith((b"SIP/2.0 4", b"SIP/2.0 5")), answer
        answer = phone.recv(65536)
    to = next(line for line in answer.split(b"\r\n") if line.lower().startswith(b"to:"))
    phone.sendto(_request(switch, phone, "ACK", name, number, 1, to), _address(switch))
    return to


def _leave(switch: EmbeddedSwitch, phone: socket.socket, name: bytes, number: str, to: bytes) -> None:
    """Hang up and wait until the switch has taken note."""
    phone.sendto(_request(switch, phone, "BYE", name, number, 2, to), _address(switch))
    answer = b""
    while not (answer.startswith(b"SIP/2.0 200") and b"BYE" in answer):
        answer = phone.recv(65536)


def _ring(switch: EmbeddedSwitch, phone: socket.socket, name: bytes, number: str) -> bytes:
    phone.sendto(_request(switch, phone, "INVITE", name, number, 1), _address(switch))
    return phone.recv(65536)


def _address(switch: EmbeddedSwitch) -> tuple[str, int]:
    return switch.settings.sip_address, switch.settings.sip_port


def _request(
    switch: EmbeddedSwitch, phone: socket.socket, method: str, name: bytes, number: str, sequence: int,
    to: bytes = b"",
) -> bytes:
    host, port = phone.getsockname()
    target = f"sip:12345@{switch.settings.sip_address}:{switch.settings.sip_port}"
    sdp = f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n".encode()
    body = sdp if method == "INVITE" else b""
    lines = [
        f"{method} {target} SIP/2.0".encode(),
        f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{method}{sequence}{port}".encode(),
        b'From: "' + name + f'" <sip:{number}@{host}>;tag=caller{port}'.encode(),
        to or f"To: <{target}>".encode(),
        f"Call-ID: call-{port}@{host}".encode(),
        f"CSeq: {sequence} {method}".encode(),
        f"Contact: <sip:{number}@{host}:{port}>".encode(),
        b"Max-Forwards: 70",
        *([b"Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}".encode(),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def _line_with(path: Path, text: str) -> str:
    """Return the line of the log that has `text`, waiting up to 10 s for it."""
    async with asyncio.timeout(60):
        while True:
            if found := _lines_with(path, text):
                return found[0]
            await asyncio.sleep(0.02)


def _lines_with(path: Path, text: str) -> list[str]:
    return [line for line in path.read_text().splitlines() if text in line] if path.exists() else []


def _rows(path: Path) -> list[dict[str, Any]]:
    """Return the events; each line must be one JSON object even if a name is in no known encoding."""
    rows = [json.loads(line) for line in path.read_bytes().decode("utf-8", "replace").splitlines()]
    assert rows
    return rows

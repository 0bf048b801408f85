"""The switch's own log completes what the controller missed, however its lines come."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workorders.story import BEGIN, KEY, whole_call
from workorders.projection import project
from workorders.records import told_of
from workorders.witness import fact_of, read_on

# as Asterisk 22.10 writes it
REAL = (b'{"eventtype":"HOTLINE","eventenum":"USER_DEFINED","userdeftype":"HOTLINE","eventtime":"1795424383.638510",'
        b'"context":"report","channame":"PJSIP/network-00000002","appname":"CELGenUserEvent",'
        b'"accountcode":"9efc8837a28a47c9b00eaf0e99613c7d","uniqueid":"node1-1795424383.2",'
        b'"linkedid":"node1-1795424383.2","peer":"","eventextra":"{\\"extra\\":\\"fact=call.answered '
        b'key=9efc8837a28a47c9b00eaf0e99613c7d at=1795424383.638 caller=13800001234 called=12345 direction=in '
        b'channel=node1-1795424383.2\\"}"}\n')
REAL_HANGUP = (b'{"eventtype":"HANGUP","eventenum":"HANGUP","userdeftype":"","eventtime":1795424400.5,'
               b'"context":"citizen","channame":"PJSIP/network-00000002","appname":"","accountcode":"9efc8837a28a47c9b00eaf0e99613c7d",'
               b'"uniqueid":"node1-1795424383.2","linkedid":"node1-1795424383.2","peer":"","eventextra":'
               b'"{\\"hangupcause\\":16,\\"hangupsource\\":\\"PJSIP/network-00000002\\",\\"dialstatus\\":\\"\\"}"}\n')


def line_of(kind: str, at: float, data: dict[str, Any], call: str = KEY) -> bytes:
    """A line as the dialplan has the switch write it."""
    words = " ".join(f"{name}={value}" for name, value in data.items() if not isinstance(value, dict | list))
    extra = json.dumps({"extra": f"fact={kind} key={call} at={at:.3f} {words}"})
    return json.dumps({"eventtype": "HOTLINE", "eventenum": "USER_DEFINED", "userdeftype": "HOTLINE",
                       "eventtime": at, "accountcode": call, "uniqueid": "c-1", "eventextra": extra}).encode() + b"\n"


def log_of_a_call(call: str = KEY) -> list[bytes]:
    """What the dialplan says of the whole call; it knows no menu steps and no appeals."""
    return [line_of(one.kind, one.at, one.data, call) for one in whole_call(call)
            if one.kind not in ("menu.step", "appeal.saved", "first_responder", "invite.failed")]


def test_a_line_of_the_real_switch_is_understood() -> None:
    fact = fact_of(REAL)
    assert fact is not None
    assert (fact.kind, fact.call, fact.at) == ("call.answered", "9efc8837a28a47c9b00eaf0e99613c7d", 1795424383.638)
    assert fact.data == {"caller": "13800001234", "called": "12345", "direction": "in", "channel": "node1-1795424383.2"}
    hangup = fact_of(REAL_HANGUP)
    assert hangup is not None
    assert project([told_of(fact, "cel"), told_of(hangup, "cel")]).ended_at == 1795424400.5


def test_a_call_that_only_the_switch_saw_has_a_whole_record() -> None:
    facts = [fact for line in log_of_a_call() if (fact := fact_of(line))]
    record = project(told_of(fact, "cel") for fact in facts)
    assert (record.source, record.caller, record.rating, record.ended_at) == ("cel", "13800001234", 5, BEGIN + 60)
    assert [party["who"] for party in record.parties] == ["a1", "housing"]
    assert record.first_responder == "housing"


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b'{"eventtype": "USER_DEFINED"}', b"\xff\xfe\x00",
                                  b'{"eventenum": "HANGUP", "accountcode": "x"}', REAL.replace(b"key=9", b"key=G"),
                                  REAL.replace(b"fact=call.answered", b"")])
def test_a_line_that_says_nothing_to_us_is_passed_over(line: bytes) -> None:
    assert fact_of(line) is None


@given(st.permutations(log_of_a_call()), st.integers(0, 400))
def test_lines_twice_and_out_of_order_and_torn_tell_the_same(lines: list[bytes], cut: int) -> None:
    torn = [line[:cut] for line in lines[:3]]
    facts = [fact for line in [*torn, *lines, *lines] if (fact := fact_of(line))]
    expected = project(told_of(fact, "cel") for line in log_of_a_call() if (fact := fact_of(line)))
    assert project(told_of(fact, "cel") for fact in facts) == expected


def read_all(path: Path, position: int = 0, mark: str = "") -> tuple[list[str], int, str]:
    kinds: list[str] = []
    while True:
        facts, further, now_at = read_on(path, position, mark)
        kinds += [fact.kind for fact in facts]
        if (further, now_at) == (position, mark):
            return kinds, position, mark
        position, mark = further, now_at


def test_the_log_is_followed_through_torn_lines_and_a_turn_over(tmp_path: Path) -> None:
    path = tmp_path / "hotline.jsonl"
    lines = log_of_a_call()
    assert read_all(path) == ([], 0, "")
    path.write_bytes(lines[0] + lines[1][:30])
    kinds, position, mark = read_all(path)
    assert kinds == ["call.answered"]
    with path.open("ab") as file:
        file.write(lines[1][30:])
    more, position, mark = read_all(path, position, mark)
    assert more == ["menu.outcome"]
    with path.open("ab") as file:
        file.write(lines[2])
    os.rename(path, tmp_path / "hotline.jsonl.1")
    path.write_bytes(lines[3])
    more, position, mark = read_all(path, position, mark)
    assert more == ["queue.entered", "party.answered"]
    path.write_bytes(b"")  # cut in place
    path.write_bytes(lines[4])
    more, _, _ = read_all(path, position, mark)
    assert more in (["party.joined"], [])  # same size or larger: what is new is read from its place on

"""Frames: nothing smuggled in, nothing lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ami_codec import MAX_LINE, AmiEvent, AmiFrameFault, FrameDecoder, encode, parse
from bridge.ami_errors import AmiBadValue

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,20}", fullmatch=True)
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60)


def decode(*chunks: bytes) -> list[AmiEvent]:
    decoder = FrameDecoder()
    return [frame for chunk in chunks for frame in decoder.feed(chunk)]


@given(st.text(max_size=200), NAMES)
def test_whatever_the_value_an_action_is_one_frame_or_refused(value: str, name: str) -> None:
    try:
        wire = encode("Originate", {f"X{name}": value}, action_id="a1", variables={"V": value})
    except AmiBadValue:
        return
    assert wire.count(b"\r\n\r\n") == 1
    assert wire.endswith(b"\r\n\r\n")
    assert wire.count(b"\n") == wire.count(b"\r") == 5


@pytest.mark.parametrize("code", [*range(32), 127])
def test_no_control_character_reaches_the_wire(code: int) -> None:
    for how in ({"fields": {"Channel": f"a{chr(code)}b"}}, {"variables": {"V": f"a{chr(code)}b"}}):
        with pytest.raises(AmiBadValue):
            encode("Originate", **how, action_id="a1")
    with pytest.raises(AmiBadValue):
        encode(f"Ping{chr(code)}", action_id="a1")


@pytest.mark.parametrize("name", ["CHANNEL(language)", "A,__B", "A=B", "", "1A", "A B", "A\r\nAction: Originate", "号"])
def test_a_variable_is_a_plain_name(name: str) -> None:
    with pytest.raises(AmiBadValue):
        encode("Originate", action_id="a1", variables={name: "x"})


def test_variables_can_not_come_by_another_way() -> None:
    for header in ("Variable", "variable", "VARIABLE"):
        with pytest.raises(AmiBadValue):
            encode("Originate", {header: "A=1,__B=2"}, action_id="a1")


@pytest.mark.parametrize("name", ["HL_STATE", "TIMEOUT(absolute)", "SHARED(HL_ACT)"])
def test_setvar_names_one_variable(name: str) -> None:
    assert f"Variable: {name}\r\n".encode() in encode("Setvar", {"Variable": name, "Value": "1"}, action_id="a1")


@pytest.mark.parametrize("name", [
    "SHELL(rm x)", "SHELL(reboot)", "DB(family)", "EVAL(HL_KEY)", "CALLERID(num)", "SHARED(A)B", "SHARED(A,B)",
    "PJSIP_AOR(6001,contact)", "FILE(/etc/x)", "A B", "A,B", "${A}"])
def test_setvar_refuses_what_is_no_name_and_any_function_but_the_two_that_we_write(name: str) -> None:
    with pytest.raises(AmiBadValue):
        encode("Setvar", {"Variable": name, "Value": "1"}, action_id="a1")


def test_what_the_switch_would_throw_away_is_refused() -> None:
    room = MAX_LINE - len("Value: ")
    assert encode("Setvar", {"Value": "z" * room}, action_id="a1")
    with pytest.raises(AmiBadValue):
        encode("Setvar", {"Value": "z" * (room + 1)}, action_id="a1")
    with pytest.raises(AmiBadValue):
        encode("Setvar", {"X": ["1"] * 130}, action_id="a1")
    with pytest.raises(AmiBadValue):
        encode("Setvar", {"X": "\ud800"}, action_id="a1")


@given(st.lists(st.dictionaries(NAMES, TEXT, min_size=1, max_size=4), max_size=5), st.data())
def test_frames_arrive_whole_however_the_bytes_are_cut(frames: list[dict[str, str]], data: st.DataObject) -> None:
    sent = [{"Event": f"E{i}"} | {f"H{k}": f"中{v}文" for k, v in f.items()} for i, f in enumerate(frames)]
    wire = BANNER + b"".join("".join(f"{k}: {v}\r\n" for k, v in f.items()).encode() + b"\r\n" for f in sent)
    chunks = []
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        chunks.append(wire[:size])
        wire = wire[size:]
    assert [dict(event.fields) for event in decode(*chunks)] == sent


def test_a_chinese_character_split_over_two_segments_is_not_lost() -> None:
    wire = BANNER + "Event: UserEvent\r\nText: 市民来电\r\n\r\n".encode()
    for cut in range(1, len(wire)):
        assert decode(wire[:cut], wire[cut:])[0].get("Text") == "市民来电"


def test_bytes_that_are_no_utf8_spoil_one_value_and_nothing_else() -> None:
    events = decode(BANNER + b"Event: A\r\nName: \xc4\xe3\xba\xc3\r\nKey: k\r\n\r\nEvent: B\r\n\r\n")
    assert [event.name for event in events] == ["A", "B"]
    assert events[0].get("Key") == "k"


def test_a_frame_without_end_is_given_up() -> None:
    decoder = FrameDecoder(limit=1000)
    with pytest.raises(AmiFrameFault):
        list(decoder.feed(BANNER + b"Event: A\r\nX: " + b"x" * 1001))


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n", b"Asterisk Call " + b"x" * 300])
def test_a_peer_that_is_no_switch_is_left(said: bytes) -> None:
    with pytest.raises(AmiFrameFault):
        list(FrameDecoder().feed(said))


def test_where_a_telephone_is_registered_from_is_asked_and_no_other_function_by_its_name() -> None:
    contact = f"6001;@{'0a' * 16}"
    for name in ("PJSIP_AOR(6001,contact)", f"PJSIP_CONTACT({contact},via_addr)"):
        assert name.encode() in encode("Getvar", {"Variable": name}, action_id="a1")
    for name in (
        "PJSIP_AOR(6001,uri)", "PJSIP_AOR(60 01,contact)", "PJSIP_AOR(6001,contact))", "PJSIP_AOR(${X},contact)",
        "PJSIP_AOR(6001),SHELL(id),contact)", f"PJSIP_CONTACT({contact},uri)", f"PJSIP_CONTACT({contact}),via_addr)",
        "PJSIP_CONTACT(6001;@id,via_addr)", "PJSIP_CONTACT(x),SHELL(id)", "SHELL(6,contact)", "SHELL(id)", "DB(family)",
        "SHARED(HL_ACT)",
    ):
        with pytest.raises(AmiBadValue):
            encode("Getvar", {"Variable": name}, action_id="a1")


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_stands_for_a_telephone_no_second_function_is_asked(phone: str, field: str) -> None:
    for name in (f"PJSIP_AOR({phone},{field})", f"PJSIP_CONTACT({phone};@{'0a' * 16},{field})"):
        try:
            wire = encode("Getvar", {"Variable": name}, action_id="a1").decode()
        except AmiBadValue:
            continue
        assert (wire.count("("), wire.count(")"), wire.count("$"), wire.count("\n")) == (1, 1, 0, 4)


def test_variables_on_an_event_are_found_on_either_side() -> None:
    event = parse(b"Event: DialBegin\r\nChanVariable: HL_KEY=abc\r\nChanVariable: HL_STATE=\r\n"
                  b"DestChanVariable: HL_KEY=def\r\nDestChanVariable: HL_STATE=a=b")
    assert event is not None
    assert event.var("HL_KEY") == "abc"
    assert event.var("HL_KEY", side="Dest") == "def"
    assert event.var("HL_STATE") == "a=b"
    assert event.var("HL_NONE", "?") == "?"
    assert event.variables == {"HL_KEY": "abc", "HL_STATE": ""}


def test_a_header_smuggled_in_behind_a_value_does_not_replace_the_first() -> None:
    event = parse(b"Event: Hangup\r\nUniqueid: 1.1\r\nChanVariable: A=x\r\nUniqueid: 9.9")
    assert event is not None
    assert event.get("Uniqueid") == "1.1"
    assert list(event.all("Uniqueid")) == ["1.1", "9.9"]


def test_the_answer_to_an_originate_is_an_event_and_its_variables_are_found() -> None:
    event = parse(b"Event: OriginateResponse\r\nActionID: leg-1\r\nResponse: Failure\r\n"
                  b"ChanVariable(Local/quiet@test-00000000;1): HL_KEY=abc")
    assert event is not None
    assert (event.name, event.is_answer) == ("OriginateResponse", False)
    assert event.var("HL_KEY") == event.variables["HL_KEY"] == "abc"

"""Lines of AGI: one command is one line, one reply is one reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agi_wire import MAX_LINE, AgiBadValue, AgiReply, ReplyReader, assignments, encode_command, parse_header


def words_of(line: bytes) -> list[str]:
    """What Asterisk makes of a line (its parse_args, in Python)."""
    words: list[str] = []
    quoted, escaped, between = False, False, True
    for sign in line.decode().rstrip("\n"):
        if sign == '"' and not escaped:
            quoted = not quoted
            if quoted and between:
                words.append("")
                between = False
        elif sign in " \t" and not quoted and not escaped:
            between = True
        elif sign == "\\" and not escaped:
            escaped = True
            continue
        else:
            if between:
                words.append("")
                between = False
            words[-1] += sign
        escaped = False
    return words


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40), max_size=6))
def test_every_word_arrives_as_it_was(words: list[str]) -> None:
    line = encode_command("SET VARIABLE", *words)
    assert line.count(b"\n") == 1
    assert words_of(line) == ["SET", "VARIABLE", *words]


@pytest.mark.parametrize("code", [*range(32), 127])
def test_no_control_character_reaches_the_switch(code: int) -> None:
    with pytest.raises(AgiBadValue):
        encode_command("GET VARIABLE", f"a{chr(code)}b")
    with pytest.raises(AgiBadValue):
        encode_command(f"ANSWER{chr(code)}")


def test_a_line_the_switch_would_cut_is_refused() -> None:
    with pytest.raises(AgiBadValue):
        encode_command("SET VARIABLE", "A", "x" * MAX_LINE)
    with pytest.raises(AgiBadValue):
        encode_command("SET VARIABLE", "A", "\ud800")


@pytest.mark.parametrize("name", ["A,B", "A=1", "", "CHANNEL(language)", "A B", "1A", "___A", "A\nHANGUP"])
def test_a_variable_is_a_plain_name(name: str) -> None:
    with pytest.raises(AgiBadValue):
        assignments({name: "x"})


def test_many_variables_are_few_commands_in_order() -> None:
    arguments = assignments({f"V{n}": "x" * 100 for n in range(60)})
    assert 2 < len(arguments) < 8
    joined = ",".join(arguments)
    assert [pair.split("=")[0] for pair in joined.split(",")] == [f"V{n}" for n in range(60)]


REPLIES = [
    ("200 result=0\n", [AgiReply(200, "0")]),
    ("200 result= (timeout)\n", [AgiReply(200, "", "timeout")]),
    ("200 result=12 (timeout)\n", [AgiReply(200, "12", "timeout")]),
    ("200 result=35 (dtmf) endpos=16000\n", [AgiReply(200, "35", "dtmf", 16000)]),
    ("200 result=-1 endpos=5760\n", [AgiReply(200, "-1", "", 5760)]),
    ("200 result=1 (a (b) c)\n", [AgiReply(200, "1", "a (b) c")]),
    ("200 result=1 (市民)\n", [AgiReply(200, "1", "市民")]),
    ("200 result=1 (two\nlines)\n200 result=0\n", [AgiReply(200, "1", "two\nlines"), AgiReply(200, "0")]),
    ("100 Trying...\n200 result=0\n", [AgiReply(200, "0")]),
    ("510 Invalid or unknown command\n", [AgiReply(510, data="Invalid or unknown command")]),
    ("511 Command Not Permitted on a dead channel or intercept routine\n",
     [AgiReply(511, data="Command Not Permitted on a dead channel or intercept routine")]),
    ("520-Invalid command syntax.  Proper usage not available.\n200 result=0\n",
     [AgiReply(520, data="Invalid command syntax.  Proper usage not available."), AgiReply(200, "0")]),
    ("HANGUP\n200 result=0\nHANGUP\n", [None, AgiReply(200, "0"), None]),
    ("rubbish\n\n200 result=0\n", [AgiReply(200, "0")]),
]


@pytest.mark.parametrize(("text", "replies"), REPLIES)
def test_replies_are_read_however_they_are_cut(text: str, replies: list[AgiReply | None]) -> None:
    data = text.encode()
    for size in (1, 2, 3, 7, len(data)):
        reader = ReplyReader()
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        assert [reply for chunk in chunks for reply in reader.feed(chunk)] == replies


def test_a_usage_of_several_lines_is_one_reply() -> None:
    text = b"520-Invalid command syntax.  Proper usage follows:\nUsage: GET DATA\n more.\n520 End of proper usage.\n"
    reader = ReplyReader()
    replies = [*reader.feed(text), *reader.feed(b"200 result=1\n")]
    assert [reply.code for reply in replies if reply] == [520, 200]


def test_a_reply_without_end_is_given_up() -> None:
    with pytest.raises(AgiBadValue):
        list(ReplyReader().feed(b"200 result=1 (" + b"x" * 70000))


def test_a_header_name_that_stands_twice_was_smuggled_in() -> None:
    assert parse_header("agi_callerid: 市民\nagi_arg_1: ".encode()) == {"agi_callerid": "市民", "agi_arg_1": ""}
    with pytest.raises(AgiBadValue):
        parse_header(b"agi_calleridname: x\nagi_accountcode: evil\nagi_accountcode: right")

"""The menu without a controller, as the real process that the switch starts, over its stdin and stdout."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.build import release_flow
from ivr.flow import load_flow
from ivr.notices import Notice, save_notices
from ivr.prompts import PromptStore
from ivr.releases import FlowStore
from tests.ivr.phone import Voice

ROOT = Path(__file__).parents[2]
KEY = "0123456789abcdef0123456789abcdef"
ENVIRONMENT = (
    "agi_callerid: 13800001111\nagi_calleridname: {name}\nagi_extension: menu\nagi_dnid: 12345\n\n"
)
ANSWERS = {"EXEC": "200 result=0", "SET VARIABLE": "200 result=1", "STREAM FILE": "200 result=0 endpos=8000"}


class Channel:
    """The switch's side of one process AGI. `keys` are the answers to GET DATA."""

    def __init__(self, process: subprocess.Popen[bytes], keys: list[str]) -> None:
        self._process, self._keys = process, keys
        self.commands: list[str] = []
        self.variables: dict[str, str] = {}
        self.dead = False

    def run(self, name: bytes = b"Zhang") -> None:
        assert self._process.stdin
        assert self._process.stdout
        head, _, tail = ENVIRONMENT.encode().partition(b"{name}")
        self._send(head + name + tail)
        for raw in self._process.stdout:
            line = raw.decode().rstrip("\n")
            self.commands.append(line)
            if not self.dead and (found := re.fullmatch(r'SET VARIABLE "(\w+)" "(.*)"', line)):
                self.variables[found[1]] = found[2]
            if not self._answer(line):
                break
        self._process.stdin.close()
        assert self._process.wait(10) == 0

    def _answer(self, line: str) -> bool:
        if line.startswith("GET DATA"):
            key = self._keys.pop(0) if self._keys else "200 result= (timeout)"
            if key == "hangup":
                return False
            self.dead = key.startswith("200 result=-1")
            self._send(f"{key if ' ' in key else f'200 result={key}'}\n".encode())
            return True
        if self.dead:
            self._send(b"511 Command Not Permitted on a dead channel or intercept routine\n")
            return True
        word = next(word for word in ANSWERS if line.startswith(word))
        self._send(f"{ANSWERS[word]}\n".encode())
        return True

    def _send(self, raw: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(raw)
        self._process.stdin.flush()


@contextmanager
def survival(home: Path, keys: list[str], place: str = "", call: str = KEY) -> Iterator[Channel]:
    """Start the process as the dialplan does."""
    words = [sys.executable, "-S", str(ROOT / "ivr" / "drivers" / "survival_start.py"), str(home / "release"),
             str(home / "prompts"), call, place]
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={})
    try:
        yield Channel(process, keys)
    finally:
        process.kill()
        with process:  # closes its pipes and waits
            pass


@pytest.fixture
def home(tmp_path: Path) -> Path:
    prompts = PromptStore(tmp_path / "prompts", Voice(), ())
    release_flow(load_flow(ROOT / "ivr" / "flows" / "default.yaml"), prompts, tmp_path / "release")
    return tmp_path


def play(home: Path, *keys: str, place: str = "", call: str = KEY, name: bytes = b"Zhang") -> Channel:
    with survival(home, list(keys), place, call) as channel:
        channel.run(name)
    return channel


def test_the_last_published_menu_still_answers(home: Path) -> None:
    channel = play(home, "9")
    assert channel.variables == {
        "HL_FLOW": FlowStore(home / "release").current().id, "HL_SKILL": "english", "HL_UNIT": "", "HL_URGENCY": "0",
        "HL_LANG": "en", "HL_DRIVER": "survival", "HL_OUTCOME": "service"}
    assert list(channel.variables)[-1] == "HL_OUTCOME"


def test_silence_leads_to_a_person(home: Path) -> None:
    assert play(home).variables["HL_SKILL"] == "general"


def test_wrong_keys_are_named_and_in_the_end_lead_to_a_person(home: Path) -> None:
    channel = play(home, "7", "", "8")
    asked = [command for command in channel.commands if command.startswith("GET DATA")]
    assert len(asked) == 3
    assert asked[1] == asked[2] != asked[0]
    assert channel.variables["HL_OUTCOME"] == "service"


def test_it_resumes_on_the_release_and_in_the_language_of_the_call(home: Path) -> None:
    release = FlowStore(home / "release").current().id
    channel = play(home, place=f"{release}/welcome/en")
    assert "/prompts/en/j-" in channel.commands[0]
    assert channel.variables["HL_LANG"] == "en"


def test_its_steps_are_told_to_the_switchs_own_log(home: Path) -> None:
    told = [command for command in play(home, "1").commands if "CELGenUserEvent" in command]
    assert len(told) == 3
    assert f"fact=menu.step key={KEY}" in told[0]
    assert "step=welcome verb=menu pressed=1 why=key to=inquiry" in told[0]


BROKEN = [None, "", "{", "[]", '{"format": 1}', '{"format": 99}', '{"format":1,"prompts":[]}']


@pytest.mark.parametrize("content", BROKEN)
def test_without_a_usable_release_the_caller_gets_a_person(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "release").mkdir()
        (tmp_path / "release" / "flow.json").write_text(content)
    channel = play(tmp_path)
    assert (channel.variables["HL_OUTCOME"], channel.variables["HL_SKILL"]) == ("service", "general")


def test_a_vanished_prompt_is_passed_over_and_its_keys_still_work(home: Path) -> None:
    for file in (home / "prompts").rglob("*.alaw"):
        file.unlink()
    channel = play(home, "3")
    assert channel.commands[0].startswith('GET DATA "" ')
    assert channel.variables["HL_URGENCY"] == "2"


@pytest.mark.parametrize("reply", ["510 Invalid or unknown command", "520-Invalid command syntax.\n520 End of usage.",
                                   "200 result=abc", "nonsense"])
def test_a_refusal_by_the_switch_ends_in_a_person(home: Path, reply: str) -> None:
    assert play(home, reply + " ").variables["HL_OUTCOME"] == "service"


@pytest.mark.parametrize("reply", ["hangup", "200 result=-1 endpos=0", "511 Command Not Permitted on a dead channel"])
def test_a_hang_up_ends_the_process_quietly(home: Path, reply: str) -> None:
    assert play(home, reply).variables == {}


def test_a_hangup_line_in_between_is_no_answer(home: Path) -> None:
    assert play(home, "HANGUP\n200 result=9").variables["HL_SKILL"] == "english"


HOSTILE = [b"${SHELL(id)}", b'" SET VARIABLE X 1', "张三".encode("gbk"), b"\xff\xfe\x00", "😀".encode() * 1000]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_callers_name_is_never_executed(home: Path, name: bytes) -> None:
    channel = play(home, "1", name=name)
    assert channel.variables["HL_OUTCOME"] == "service"
    assert not any("SHELL" in command or " X " in command for command in channel.commands)


@pytest.mark.parametrize("call", ["", "a b", '"; X', "${UUID()}"])
def test_a_call_key_that_is_no_word_is_not_repeated(home: Path, call: str) -> None:
    channel = play(home, "1", call=call)
    assert channel.variables["HL_OUTCOME"] == "service"
    assert not call or not any(call in command for command in channel.commands)


def test_it_starts_quickly(home: Path) -> None:
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        with survival(home, []) as channel:
            process = channel._process
            assert process.stdin
            assert process.stdout
            process.stdin.write(ENVIRONMENT.format(name="x").encode())
            process.stdin.flush()
            process.stdout.readline()
            taken.append(time.perf_counter() - begun)
    print(f"survival menu: first command after {min(taken) * 1000:.0f}-{max(taken) * 1000:.0f} ms")
    assert min(taken) < 1.0


def test_an_emergency_notice_is_heard_without_the_controller_too(home: Path) -> None:
    plain = [command for command in play(home).commands if command.startswith("GET DATA")]
    (home / "prompts" / "zh-CN" / "p-storm.alaw").write_bytes(b"\xd5" * 8000)
    (home / "prompts" / "zh-CN" / "p-storm.sln16").write_bytes(b"\0" * 32000)
    lasts = Notice("storm", {"zh-CN": "台风"}, {"zh-CN": "p-storm"}, time.time() - 9, time.time() + 900, (), "x", "y")
    save_notices(home / "release", [lasts])
    channel = play(home)
    assert [command for command in channel.commands if command.startswith("GET DATA")] != plain
    assert channel.variables["HL_OUTCOME"] == "service"
    save_notices(home / "release", [replace(lasts, ends=time.time() - 1)])
    assert [command for command in play(home).commands if command.startswith("GET DATA")] == plain


def test_broken_notices_do_not_keep_the_menu_from_answering(home: Path) -> None:
    (home / "release" / "notices.json").write_text("[{}")
    assert play(home, "9").variables["HL_SKILL"] == "english"

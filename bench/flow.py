"""The menu that is measured: two questions of one key, or a long chain of them; and its two prompts on disk."""

from __future__ import annotations

from pathlib import Path

from ivr.release import Release
from ivr.sound import NARROW

LANG = "zh-CN"
CHAIN = 16  # questions of the chain, which `5` leads into
FRAME = 160  # bytes of A-law in a packet
_QUIET = 32  # of 127 steps, about -36 dB: a frame that stays below has no sound worth the name

_HEAD = """\
release: 1
title: 测速流程
languages: [zh-CN]
entry: first
person: person
prompts:
  one: {zh-CN: 咨询请按1，投诉求助请按2，转人工请按0。}
  two: {zh-CN: 供水供暖请按1，道路交通请按2，转人工请按0。}
steps:
  first: {verb: menu, prompts: [one], choices: {"0": person, "1": second, "5": chain1}, time_out: 3}
  second: {verb: menu, prompts: [two], choices: {"0": person, "1": end}, time_out: 3}
  end: {verb: hang_up}
  person: {verb: service, skill: general}
"""


def flow_text() -> str:
    """Return the flow document."""
    return _HEAD + "".join(_link(number) for number in range(1, CHAIN + 1))


def _link(number: int) -> str:
    after = f"chain{number + 1}" if number < CHAIN else "end"
    said = prompt_of(number)
    return f'  chain{number}: {{verb: menu, prompts: [{said}], choices: {{"0": person, "1": {after}}}, time_out: 3}}\n'


def prompt_of(number: int) -> str:
    """Return which prompt the chain's question `number` asks (1…)."""
    return "two" if number % 2 else "one"


def prompt_path(folder: Path, release: Release, name: str) -> Path:
    """Return the path of a prompt without extension, as the switch wants it."""
    return folder / release.file(name, LANG)


def first_payloads(prompt: Path) -> list[bytes]:
    """Return the payloads of a prompt's first packet, and of its first that has sound."""
    content = prompt.with_name(prompt.name + ".alaw").read_bytes()
    frames = [content[at:at + FRAME] for at in range(0, min(len(content), NARROW), FRAME)]
    return [frames[0], next(frame for frame in frames if _loudest(frame) > _QUIET)]


def _loudest(frame: bytes) -> int:
    """Return the largest A-law step of a frame, 0–127."""
    return max((code ^ 0x55) & 0x7F for code in frame)

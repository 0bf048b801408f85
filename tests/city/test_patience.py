"""A demonstration waits as long as its processes live and says so; its own agent makes room for a person at a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from hotline.demo.aside import WHY, moves
from hotline.demo.errors import DemoError, TooLateError
from hotline.demo.patience import until_up
from hotline.demo.stage import stage
from hotline.supervisor import ServeError, _alone


class Slow:
    """Answers at the `n`th question."""

    def __init__(self, n: int) -> None:
        self.left = n

    async def __call__(self) -> str:
        self.left -= 1
        if self.left > 0:
            raise TooLateError("nothing there yet")
        return "up"


async def test_a_slow_start_is_waited_for_with_a_word_now_and_then() -> None:
    said: list[str] = []
    await until_up(Slow(5), lambda: "", lambda zh, en: said.append(zh), word=0.001)
    assert len(said) >= 3
    assert set(said) == {"机器较忙，各进程仍在启动，继续等待"}


async def test_a_process_that_died_is_told_at_once() -> None:
    slow = Slow(1000)
    with pytest.raises(DemoError, match="ended with status 3"):
        await until_up(slow, lambda: "hotline serve ended with status 3", lambda zh, en: None)
    assert slow.left == 1000


async def test_even_patience_has_an_end_with_the_last_reason() -> None:
    with pytest.raises(DemoError, match=r"within 0 s \(nothing there yet\)"):
        await until_up(Slow(1000), lambda: "", lambda zh, en: None, patience=0.0, word=0.001)


async def test_a_second_demonstration_of_one_home_touches_nothing_of_the_first(home: Settings) -> None:
    said: list[str] = []
    with _alone(Path(home.run_dir)), pytest.raises(ServeError, match="already runs"):
        async with stage(home, lambda zh, en: said.append(en)):
            pass
    assert said == []


def row(agent: str, kind: str, state: str, why: str = "") -> dict[str, Any]:
    return {"agent": agent, "kind": kind, "state": state, "why": why}


@pytest.mark.parametrize(("desk", "own", "wish"), [
    (("offline", ""), ("ready", ""), None),
    (("ready", ""), ("ready", ""), ("break", WHY)),
    (("break", "meal"), ("ready", ""), ("break", WHY)),  # they are back soon: the ring waits for them
    (("talking", ""), ("wrap_up", ""), ("break", WHY)),
    (("ready", ""), ("talking", ""), None),
    (("ready", ""), ("break", WHY), None),
    (("offline", ""), ("break", WHY), ("ready", "")),
    (("break", "page_gone"), ("break", WHY), ("ready", "")),
    (("offline", ""), ("break", "meal"), None),  # somebody else sent them
    (("offline", ""), ("wrap_up", ""), ("ready", "")),  # whoever has only the telephone is answered at once
])
def test_the_demonstration_s_own_agent_makes_room_for_a_person(
        desk: tuple[str, str], own: tuple[str, str], wish: tuple[str, str] | None) -> None:
    assert moves([row("a1001", "plain", *own), row("a1004", "web", *desk)], "a1001") == wish

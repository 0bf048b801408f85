"""Waiting for what has been started: as long as it lives, and with a word now and then, for a machine can be busy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from hotline.demo.errors import CityError, DemoError

UP_SECONDS = 180.0  # two processors with ten times their work need a minute to start three processes
WORD_SECONDS = 10.0  # between two words that it goes on
_LOOK = 0.25  # s between two looks

Tell = Callable[[str, str], None]


async def until_up(answers: Callable[[], Awaitable[object]], dead: Callable[[], str], tell: Tell,
                   patience: float = UP_SECONDS, word: float = WORD_SECONDS) -> None:
    """Return once `answers` raises nothing; `dead` tells which process has ended, "" while all live.

    Raises DemoError at once if one has ended, and after `patience` seconds.
    """
    began = time.monotonic()
    say_next = began + word
    while True:
        if said := dead():
            raise DemoError(said)
        try:
            await answers()
        except CityError as error:
            now = time.monotonic()
            if now - began > patience:
                raise DemoError(f"the API did not answer within {patience:g} s ({error})") from error
            if now > say_next:
                say_next = now + word
                tell("机器较忙，各进程仍在启动，继续等待",
                     "the machine is busy, the processes are still starting; waiting")
            await asyncio.sleep(min(_LOOK, word))
        else:
            return

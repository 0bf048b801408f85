"""What is asked for at the same time is done together; nobody waits for company, or for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from core.gathering import Full, Gathering, GaveUp, NotDone

LONG = 60.0  # s: no test waits so long


class Doing:
    """Does what is asked when it is let; remembers the groups."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go, self.begun = asyncio.Event(), asyncio.Event()

    async def __call__(self, group: Sequence[int]) -> list[int]:
        self.groups.append(list(group))
        self.begun.set()
        await self.go.wait()
        if 13 in group:
            raise ValueError("unlucky")
        return [10 * one for one in group]


def gathering(do: Doing, *, most: int = 3, bound: int = 5, patience: float = LONG) -> Gathering[int, int]:
    return Gathering(do, most=most, bound=bound, patience=patience)


async def asked(of: Gathering[int, int], *ones: int) -> list[asyncio.Task[int]]:
    """Ask, and come back when each stands in the line or is being done."""
    tasks = [asyncio.create_task(of.ask(one)) for one in ones]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_the_first_goes_alone_and_who_comes_meanwhile_goes_together_but_not_too_many() -> None:
    do = Doing()
    of = gathering(do)
    tasks = await asked(of, 1)
    await do.begun.wait()
    tasks += await asked(of, 2, 3, 4, 5)
    assert of.waiting == 4
    do.go.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40, 50]
    assert do.groups == [[1], [2, 3, 4], [5]]
    assert await of.ask(6) == 60  # it begins anew when there was nothing to do


async def test_a_full_line_refuses_at_once_and_takes_more_when_there_is_room() -> None:
    do = Doing()
    of = gathering(do, bound=2)
    tasks = await asked(of, 1)
    tasks += await asked(of, 2, 3)
    with pytest.raises(Full):
        await of.ask(4)
    do.go.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30]
    assert await of.ask(4) == 40


async def test_when_a_group_fails_each_of_it_is_told_why_and_the_next_one_is_done() -> None:
    do = Doing()
    of = gathering(do)
    tasks = await asked(of, 1)
    tasks += await asked(of, 12, 13, 14, 15)
    do.go.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one for one in told if not isinstance(one, BaseException)] == [10, 150]
    failed = [one for one in told if isinstance(one, NotDone)]
    assert [type(one.__cause__) for one in failed] == [ValueError] * 3
    assert len(set(map(id, failed))) == 3


async def test_who_gives_up_in_the_line_is_not_done_and_who_gives_up_later_harms_nobody() -> None:
    do = Doing()
    of = gathering(do)
    first, = await asked(of, 1)
    second, third = await asked(of, 2, 3)
    for one in (first, second):
        one.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert of.waiting == 1
    do.go.set()
    assert await third == 30
    assert do.groups == [[1], [3]]


async def test_nobody_waits_longer_than_they_may() -> None:
    do = Doing()
    of = gathering(do, patience=0.01)
    for told in await asyncio.gather(*await asked(of, 1, 2), return_exceptions=True):
        assert isinstance(told, GaveUp)
    do.go.set()
    await of.close(LONG)


async def test_at_closing_what_waits_is_done_and_nothing_more_is_taken() -> None:
    do = Doing()
    of = gathering(do)
    tasks = await asked(of, 1)
    tasks += await asked(of, 2, 3)
    closing = asyncio.create_task(of.close(LONG))
    await asyncio.sleep(0)
    with pytest.raises(Full):
        await of.ask(4)
    do.go.set()
    await closing
    assert await asyncio.gather(*tasks) == [10, 20, 30]


async def test_at_closing_what_is_not_done_in_time_is_given_up_and_told() -> None:
    do = Doing()
    of = gathering(do)
    tasks = await asked(of, 1, 2)
    await of.close(0.01)
    for told in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(told, GaveUp)
    await of.close(0.01)

"""How many callers reached a person, and how soon. On both databases, from the facts of calls."""

from __future__ import annotations

from core.db import Database
from core.facts import Fact
from tests.workorders.story import BEGIN, fact, whole_call
from workorders.answering import WINDOW, Answering, read
from workorders.records import keep

HOUR = 3600.0


def key(number: int) -> str:
    return f"{number:032x}"


def came_after(seconds: float, call: str) -> list[Fact]:
    """A call that waits so long, talks, and ends."""
    agent = {"party": "p1", "role": "agent", "who": "a1", "phone": "agent1", "invitation": "inv-1"}
    return [fact(1, 0, "call.answered", call, caller="13800001234", called="12345", channel=f"c-{call}"),
            fact(2, 5, "queue.entered", call, skill="general", why="menu"),
            fact(3, 5 + seconds, "party.joined", call, **agent, place="room"),
            fact(4, 300, "call.hung_up", call, state="room", by="citizen")]


def gave_up(call: str, after: float = 40) -> list[Fact]:
    return [fact(1, 0, "call.answered", call), fact(2, 5, "queue.entered", call, why="menu"),
            fact(3, after, "call.hung_up", call, state="waiting", by="citizen")]


async def told(db: Database, *calls: list[Fact]) -> None:
    async with db.writing() as session:
        for call in calls:
            await keep(session, call, "controller", BEGIN + HOUR)


async def figures(db: Database, now: float) -> Answering:
    async with db.reading() as session:
        return await read(session, now)


async def test_who_gave_up_lowers_both_shares_and_who_waited_long_only_the_one_of_fifteen_seconds(db: Database) -> None:
    await told(db, whole_call(), came_after(15, key(1)), came_after(16, key(2)), gave_up(key(3)))
    found = await figures(db, BEGIN + HOUR)
    assert (found.wanted, found.connected, found.soon) == (4, 3, 2)
    assert (found.connect_rate, found.soon_rate) == (0.75, 0.5)


async def test_who_left_in_the_menu_who_still_waits_and_whom_we_rang_are_not_counted(db: Database) -> None:
    menu = [fact(1, 0, "call.answered", key(4)), fact(2, 9, "call.hung_up", key(4), state="menu", by="citizen")]
    back = [fact(1, 0, "call.answered", key(6), direction="out"), *came_after(2, key(6))[1:]]
    await told(db, menu, gave_up(key(5))[:2], back)
    found = await figures(db, BEGIN + HOUR)
    assert (found.wanted, found.connect_rate, found.soon_rate) == (0, None, None)


async def test_a_talk_that_goes_on_is_counted_and_a_second_wait_changes_nothing(db: Database) -> None:
    again = [fact(9, 100, "queue.entered", key(7), why="lost")]
    await told(db, [*came_after(3, key(7))[:3], *again])
    found = await figures(db, BEGIN + HOUR)
    assert (found.wanted, found.connected, found.soon) == (1, 1, 1)


async def test_only_the_last_twenty_four_hours_count(db: Database) -> None:
    await told(db, gave_up(key(8)))
    assert (await figures(db, BEGIN + WINDOW - 1)).wanted == 1
    assert (await figures(db, BEGIN + WINDOW)).wanted == 0
    assert (await figures(db, BEGIN - 1)).wanted == 0  # a clock set back: not of the day before

"""A list shows every order as its history stands, whether or not it was folded before."""

from __future__ import annotations

from sqlmodel import select

from tests.life.lives import AGENT, OFFICE
from tests.workorders.office import Office
from workorders.keeping import erase, store
from workorders.keeping.folds import Folds
from workorders.life.order import Order
from workorders.life.words import Do, State
from workorders.models import WorkOrder


async def standing(office: Office) -> list[Order]:
    async with office.db.reading() as session:
        rows = (await session.execute(select(WorkOrder).order_by(WorkOrder.number))).scalars().all()
        return await office.keeper.standing(session, rows)


async def test_what_was_done_since_is_shown_and_nothing_of_another_order(office: Office) -> None:
    first, second = await office.accept(), await office.accept()
    assert [one.state for one in await standing(office)] == [State.ACCEPTED, State.ACCEPTED]
    await office.do(second, Do.DISPATCH, OFFICE, unit="housing")
    shown = await standing(office)
    assert [(one.number, one.state, one.length) for one in shown] == [
        (first, State.ACCEPTED, 1), (second, State.DISPATCHED, 2)]
    async with office.db.reading() as session:
        assert shown == [(await office.keeper.load(session, number)).order for number in (first, second)]


async def test_an_order_whose_words_were_erased_is_folded_anew(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.NOTE, AGENT)
    (before,) = await standing(office)
    async with office.db.writing() as session:
        row = await erase.words(session, number, office.now)
    folds = Folds()
    folds.keep(await office.row(number), before)
    assert folds.find(await office.row(number)) is before
    row.erased_at = (row.erased_at or 0.0) + 1.0
    assert folds.find(row) is None
    async with office.db.reading() as session:
        fresh = store.folded(await office.row(number), await store.history(session, number))
    assert await standing(office) == [fresh]


async def test_what_was_not_asked_for_longest_is_forgotten(office: Office) -> None:
    folds, rows = Folds(most=1), [await office.row(await office.accept()) for _ in range(2)]
    orders = await standing(office)
    for row, order in zip(rows, orders, strict=True):
        folds.keep(row, order)
    assert [folds.find(row) for row in rows] == [None, orders[1]]

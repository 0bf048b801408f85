"""Follow-up as it is kept: calls counted, text messages asked and answered, each with its act in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.log import get_logger
from workorders.civic_tables import FollowUpCall, TextMessage
from workorders.errors import WorkOrderError
from workorders.followup import words
from workorders.followup.attempts import Outcome, outcome_of
from workorders.followup.gateway import Incoming
from workorders.keeping.keeper import Keeper, Kept
from workorders.life.acts import Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.order import Order
from workorders.life.policy import Rules, sampled
from workorders.life.words import Confidentiality, Do, Role, State
from workorders.models import CallFact, CallRecord, WorkOrder

WAITING = (State.REVIEWED.value, State.FOLLOW_UP.value)
GRACE = 600.0  # s an agent has to write down what the citizen said before the citizen is asked by text message
MEMORY = 7 * 86400.0  # s within which a text message may be answered
log = get_logger(__name__)
_RECENT = 86400.0  # s back to look for calls whose rating was cut short
_BATCH = 50
SYSTEM, CITIZEN = Actor("system", Role.SYSTEM), Actor("citizen", Role.CITIZEN)


@dataclass(frozen=True, slots=True)
class Asking:
    """The keeper, the city's name, and the transaction in which this is done now."""

    keeper: Keeper
    city: str
    session: AsyncSession
    now: float

    # -- calls ---------------------------------------------------------------------------------------------------
    async def begin(self, number: str, by: Actor) -> Kept:
        """Take up the follow-up of an order, if that is still to be done. Raises LifeError, NotFound."""
        kept = await self.keeper.load(self.session, number, lock=True)
        if kept.order.state is not State.REVIEWED:
            return kept
        return await self.keeper.go_on(self.session, kept, [Wish(Do.BEGIN_FOLLOW_UP, by, self.now)])

    def called(self, call: str, number: str, by: Actor) -> None:
        """Note a call that the platform makes for an order."""
        self.session.add(FollowUpCall(call=call, number=number, by=by.id, role=by.role.value, at=self.now))

    async def to_count(self) -> bool:
        """Tell whether any call is not counted yet."""
        return (await self.session.execute(_uncounted())).first() is not None

    async def count_calls(self) -> int:
        """Write the calls that are over into the histories of their orders; return how many."""
        done = 0
        query = _uncounted().with_for_update(skip_locked=True)
        for row in (await self.session.execute(query)).scalars().all():
            outcome = outcome_of(await self._told(row.call), self.now - row.at)
            if outcome is None:
                continue
            row.outcome, row.counted_at, done = outcome.value, self.now, done + 1
            if outcome is not Outcome.NOT_RUNG:
                data = {"reached": outcome is Outcome.REACHED, "call": row.call}
                await self._act(row.number, Wish(Do.TRY_CITIZEN, Actor(row.by, Role(row.role)), self.now, data=data))
        return done

    async def _told(self, call: str) -> list[tuple[str, str]]:
        query = select(CallFact).where(col(CallFact.call) == call)
        return [(row.kind, str(row.data.get("role", ""))) for row in (await self.session.execute(query)).scalars()]

    # -- text messages -------------------------------------------------------------------------------------------
    async def to_ask(self) -> bool:
        """Tell whether anybody may have to be asked by text message."""
        return any([(await self.session.execute(query)).first() is not None
                    for query in (_cut_short(self.now), _unrated(self.now))])

    async def ask(self) -> int:
        """Put into the outbox what must be asked by text message; return how many."""
        return await self._ask_results() + await self._ask_ratings()

    async def _ask_results(self) -> int:
        """Ask citizens who were reached and hung up before they said anything."""
        query = _cut_short(self.now).with_for_update(skip_locked=True, of=FollowUpCall)
        asked = 0
        for row in (await self.session.execute(query)).scalars().all():
            row.outcome = "asked"
            kept = await self.keeper.load(self.session, row.number)
            told = kept.order.follow_up
            if kept.order.state is State.FOLLOW_UP and told is not None and told.said_at is None:
                asked += await self._post(f"follow_up:{row.number}:{told.round}", kept.row, "follow_up",
                                          words.follow_up_question(self.city, row.number))
        return asked

    async def _ask_ratings(self) -> int:
        """Ask callers who hung up before they rated the talk."""
        asked = 0
        for record in (await self.session.execute(_unrated(self.now))).scalars().all():
            query = select(WorkOrder).where(col(WorkOrder.call_key) == record.key).order_by(col(WorkOrder.appeal))
            for order in (await self.session.execute(query)).scalars().all():
                if await self._post(f"rating:{record.key}", order, "rating", words.rating_question(self.city)):
                    asked += 1
                    break
        return asked

    async def _post(self, key: str, order: WorkOrder, purpose: str, body: str) -> bool:
        to = words.mobile(order.caller)
        if not to or order.secrecy == int(Confidentiality.REPORT):  # who reads a phone is not known
            return False
        if await self.session.get(TextMessage, key) is not None:
            return False
        self.session.add(TextMessage(key=key, number=order.number, to=to, purpose=purpose, body=body, at=self.now,
                                     due_at=self.now))
        await self.session.flush()
        return True

    async def take(self, incoming: Incoming) -> bool:
        """Take what a citizen wrote as the answer to the last question; tell whether there was one."""
        query = (select(TextMessage).where(
            col(TextMessage.to) == words.mobile(incoming.sender), col(TextMessage.done_at).is_not(None),
            col(TextMessage.answered_at).is_(None), col(TextMessage.at) > self.now - MEMORY)
            .order_by(col(TextMessage.at).desc()).limit(1).with_for_update())
        row = (await self.session.execute(query)).scalar_one_or_none()
        if row is None:
            return False
        row.answer = incoming.body
        wish = self._wish(row, incoming.body)
        if wish is not None:
            row.answered_at = self.now
            await self._act(row.number, wish)
        return True

    def _wish(self, row: TextMessage, text: str) -> Wish | None:
        """Return the act that an answer is; None for one that says nothing, so that a better one may follow."""
        if row.purpose == "rating":
            value = words.heard_rating(text)
            return Wish(Do.RATE, CITIZEN, self.now, data={"value": value}) if value else None
        said = words.heard(text)
        if not said.something:
            return None
        data = {"solved": said.solved, "satisfaction": said.satisfaction, "via": "sms"}
        return Wish(Do.CITIZEN_SAYS, CITIZEN, self.now, data=data)

    async def _act(self, number: str, wish: Wish) -> None:
        """Do an act; where the order has moved on, keep what was said as a note. An odd order stops no other."""
        try:
            async with self.session.begin_nested():
                kept = await self.keeper.load(self.session, number, lock=True)
                await self.keeper.go_on(self.session, kept, [wish], _noted)
        except WorkOrderError as error:
            log.error("follow-up cannot be written down", order=number, act=wish.do.value, error=str(error))


def _uncounted() -> Any:
    return (select(FollowUpCall).where(col(FollowUpCall.counted_at).is_(None)).order_by(col(FollowUpCall.at))
            .limit(_BATCH))


def _cut_short(now: float) -> Any:
    """Return the SELECT of calls in which the citizen was reached, and that are over for some time."""
    return (select(FollowUpCall).join(CallRecord, col(CallRecord.key) == col(FollowUpCall.call))
            .where(col(FollowUpCall.outcome) == Outcome.REACHED.value, col(CallRecord.ended_at) <= now - GRACE)
            .limit(_BATCH))


def _unrated(now: float) -> Any:
    """Return the SELECT of recent calls whose caller hung up instead of rating, and was not asked by text."""
    there = exists().where(col(TextMessage.key) == "rating:" + col(CallRecord.key))
    return select(CallRecord).join(WorkOrder, col(WorkOrder.call_key) == col(CallRecord.key)).where(
        col(CallRecord.settled_at) > now - _RECENT, col(CallRecord.rating_why) == "hung_up",
        col(CallRecord.rating).is_(None), col(CallRecord.direction) == "in", col(WorkOrder.secrecy) < 2,
        col(WorkOrder.caller).like("%1__________"), ~there).limit(_BATCH)


def _noted(wish: Wish, _: LifeError) -> Wish:
    return Wish(Do.NOTE, SYSTEM, wish.at, text=f"回访记录（工单现状不再回访）：{dict(wish.data)}")


def is_asked(order: Order, rules: Rules) -> bool:
    """Tell whether an order is to be followed up: all, or those that the policy's sample takes; reopened ones always.
    """
    if order.state is State.FOLLOW_UP or order.reopened:
        return True
    nameless = order.matter.anonymous and order.matter.channel != "phone"
    return not nameless and sampled(order.number, "follow_up", rules.policy.follow_up_share)


async def waiting(session: AsyncSession, visible: object, place: tuple[float, str] | None,
                  limit: int) -> Sequence[WorkOrder]:
    """Return orders that lie at the follow-up desk, the most urgent first."""
    query = select(WorkOrder).where(visible, col(WorkOrder.state).in_(WAITING))  # type: ignore[arg-type]
    if place is not None:
        later = or_(col(WorkOrder.due) > place[0], (col(WorkOrder.due) == place[0]) & (
            col(WorkOrder.number) > place[1]))
        query = query.where(later)
    return (await session.execute(query.order_by(col(WorkOrder.due), col(WorkOrder.number)).limit(limit))
            ).scalars().all()

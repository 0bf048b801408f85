"""Exchange as it is kept: asking, answering, giving back, telling results; each step with its act, in one transaction.

What the table of an order's life does not allow any more when a document comes (the order has moved on) is not lost:
it stands in the history as a note, and the two houses can talk about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.ids import new_id
from workorders.civic_tables import Exchange, ExchangeMessage, ExchangePartner
from workorders.errors import NotFound
from workorders.exchange import telling
from workorders.exchange.documents import TEXT_LIMIT, Document, Verb
from workorders.exchange.errors import ExchangeError, NoSuchPartner
from workorders.exchange.partners import Partner
from workorders.exchange.standing import Event, Standing, step
from workorders.keeping.keeper import Keeper, Kept
from workorders.life.acts import Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.perform import perform
from workorders.life.words import Do, Role

OPEN = (Standing.ASKED.value, Standing.TAKEN.value)


@dataclass(frozen=True, slots=True)
class Known:
    """A partner and the secret both know."""

    partner: Partner
    secret: str


@dataclass(frozen=True, slots=True)
class Trade:
    """The keeper, and the transaction in which this is done now."""

    keeper: Keeper
    session: AsyncSession
    now: float

    # -- partners ------------------------------------------------------------------------------------------------
    async def partner(self, name: str) -> Known:
        """Return a partner by its id. Raises NoSuchPartner."""
        row = await self.session.get(ExchangePartner, name)
        if row is None:
            raise NoSuchPartner(f"没有编号为 {name[:40]} 的平台", "先登记该平台")
        return Known(Partner.model_validate(row.body), row.secret)

    async def put_partner(self, partner: Partner, secret: str | None) -> bool:
        """Add or change a partner; without a secret the known one stays. Returns whether it is new."""
        row = await self.session.get(ExchangePartner, partner.id, with_for_update=True)
        body = partner.model_dump(mode="json")
        if row is None:
            if secret is None:
                raise ExchangeError("新平台要有共享密钥", "随平台资料一并给出 secret")
            self.session.add(ExchangePartner(id=partner.id, body=body, secret=secret, created_at=self.now,
                                             changed_at=self.now))
            return True
        row.body, row.changed_at, row.secret = body, self.now, secret if secret is not None else row.secret
        return False

    # -- giving away ---------------------------------------------------------------------------------------------
    async def hand_over(self, number: str, partner: Partner, by: Actor, why: str) -> Exchange:
        """Ask a partner to take an order. It stays ours until they have. Raises ExchangeError, LifeError, NotFound."""
        kept = await self.keeper.load(self.session, number, lock=True)
        telling.may_hand_over(kept.order, partner)
        await self._none_open(number)
        await self._would_be(kept, by, why, partner)
        row = Exchange(id=new_id("ex"), key="", partner=partner.id, inward=False, number=number, by=by.id,
                       role=by.role.value, why=why, standing=Standing.ASKED.value, created_at=self.now,
                       changed_at=self.now)
        row.key = f"out:{row.id}"
        self.session.add(row)
        content = telling.told(kept.order, partner, words_of(kept))
        await self.post(row, partner, "hand_over", why=why, due=kept.order.round.due, content=content)
        return row

    async def _none_open(self, number: str) -> None:
        query = select(Exchange.id).where(col(Exchange.number) == number, col(Exchange.inward).is_(False),
                                          col(Exchange.standing).in_(OPEN))
        if (await self.session.execute(query)).first() is not None:
            raise ExchangeError(f"工单 {number} 正在移交，或已移交其他平台", "等对方答复，或待对方退回后再移交")

    async def _would_be(self, kept: Kept, by: Actor, why: str, partner: Partner) -> None:
        """Refuse now what the table would refuse once they have taken it."""
        wish = Wish(Do.HAND_OVER, by, max(self.now, kept.order.last_at), why=why,
                    data={"platform": partner.id, "reference": "?"})
        perform(kept.order, wish, await self.keeper.rules(self.session, self.now))

    async def give_back(self, exchange_id: str, partner: Partner, by: Actor, why: str) -> Exchange:
        """Give an order back to whom it came from: where duty stays unclear, whom the citizen rang first takes it.

        Raises ExchangeError, LifeError, NotFound.
        """
        row = await self.exchange(exchange_id)
        kept = await self.keeper.load(self.session, row.number, lock=True)
        await self._would_be(kept, by, why, partner)
        self._move(row, Event.WE_RETURN)
        row.by, row.role, row.why = by.id, by.role.value, why
        await self.post(row, partner, "hand_back", why=why)
        return row

    async def tell_result(self, row: Exchange, partner: Partner, kept: Kept) -> None:
        """Send what came of an order to the other side; nothing of a report that it is not to know of."""
        if not telling.may_tell_result(kept.order, partner):
            row.told = len(kept.order.rounds)
            return
        if row.standing != Standing.TOLD.value:
            self._move(row, Event.WE_TELL)
        row.told, row.changed_at = len(kept.order.rounds), self.now
        await self.post(row, partner, "result", text=result_of(kept), outcome=kept.order.outcome)

    async def post(self, row: Exchange, partner: Partner, verb: Verb, **more: Any) -> None:
        """Put a document into the outbox, in the transaction of what it tells of."""
        await self.session.flush()
        count = select(func.count()).select_from(ExchangeMessage).where(col(ExchangeMessage.exchange) == row.id)
        turn = int((await self.session.execute(count)).scalar_one())
        document = Document(verb=verb, sender=partner.own, addressee=partner.id, reference=row.number,
                            yours=row.reference, at=self.now, **more)
        self.session.add(ExchangeMessage(id=new_id("m"), exchange=row.id, turn=turn, partner=partner.id, verb=verb,
                                         body=document.model_dump(mode="json"), due_at=self.now))
        await self.session.flush()

    # -- moving --------------------------------------------------------------------------------------------------
    async def exchange(self, exchange_id: str) -> Exchange:
        """Return an exchange, locked. Raises NotFound."""
        row = await self.session.get(Exchange, exchange_id, with_for_update=True)
        if row is None:
            raise NotFound(f"没有编号为 {exchange_id[:40]} 的移交", "核对移交编号")
        return row

    def _move(self, row: Exchange, event: Event) -> Do | None:
        moved = step(Standing(row.standing), event)
        row.standing, row.changed_at = moved.to.value, self.now
        return moved.do

    async def moved(self, row: Exchange, event: Event, wish: Wish) -> None:
        """Move an exchange and write its act; as a note where the order's life has gone another way."""
        self._move(row, event)
        await self.act_or_note(row.number, wish)

    async def taken(self, row: Exchange, reference: str) -> None:
        """Note that a partner has our order, under a number of its own: from its answer, or from what it says later."""
        row.reference = reference
        await self.moved(row, Event.ACCEPTED, self.over(row))

    def over(self, row: Exchange) -> Wish:
        """Return the act by which an order leaves us, in the name of whoever asked for it."""
        return Wish(Do.HAND_OVER, Actor(row.by, Role(row.role)), self.now, why=row.why or "移交",
                    data={"platform": row.partner, "reference": row.reference}, on_behalf=row.partner)

    async def act_or_note(self, number: str, wish: Wish) -> None:
        """Do an act, or keep what it said as a note."""
        kept = await self.keeper.load(self.session, number, lock=True)
        await self.keeper.go_on(self.session, kept, [wish], _noted)


def _noted(wish: Wish, _: LifeError) -> Wish | None:
    said = " ".join(word for word in (wish.on_behalf, wish.why, wish.text, wish.data.get("reference", "")) if word)
    return None if wish.do is Do.NOTE else Wish(Do.NOTE, Actor("system", Role.SYSTEM), wish.at,
                                                text=f"平台往来（工单现状不允许，仅记录）：{said}"[:TEXT_LIMIT])


def words_of(kept: Kept) -> dict[str, str]:
    """Return an order's words as `telling` takes them."""
    return {"summary": kept.row.summary, "address": kept.row.address, "name": kept.row.name,
            "number": kept.row.caller}


_SAYING = frozenset({Do.ANSWER, Do.REPLY, Do.RESULT_BACK, Do.MAIN_ANSWERED, Do.REFUSE, Do.TERMINATE, Do.SHELVE,
                     Do.WITHDRAW})


def result_of(kept: Kept) -> str:
    """Return the last thing that was said to be the result."""
    said = next((act for act in reversed(kept.acts) if act.do in _SAYING and (act.text or act.why)), None)
    return (said.text or said.why)[:TEXT_LIMIT] if said else ""

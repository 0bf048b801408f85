"""Beside a live talk: a team leader listens, speaks to the agent alone, joins, takes over. Each time written down."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request

from api.access import database, needs, now_of, who
from api.calls import control
from api.people.audit import note_by
from api.people.caller import Caller
from api.problems import Problem
from api.schemas import CallKey, Strict, Word, WordOrNone
from api.wire.once_live import OnceInMemory
from core.db import DatabaseError
from core.log import get_logger

router = APIRouter(prefix="/api/calls", tags=["calls"], route_class=OnceInMemory)
log = get_logger(__name__)


class ListenIn(Strict):
    """To which party one's own telephone is to listen, and how to begin."""

    party: WordOrNone = ""
    mode: Literal["listen", "whisper"] = "listen"


class ListenChange(Strict):
    """How to go on."""

    mode: Literal["listen", "whisper", "join", "take_over"]


@router.post("/{key}/listeners", status_code=202, dependencies=[needs("calls.listen")])
async def begin(request: Request, key: CallKey, wish: ListenIn) -> Any:
    """Ring the leader's own telephone; picked up, it listens. Refused while a report is being taken."""
    caller = who(request)
    made = await control(request).do("listen.begin", call=key, agent=_telephone(caller), party=wish.party,
                                     mode=wish.mode, by=caller.word)
    await _written_down(request, caller, key, wish.mode)
    return made


@router.patch("/{key}/listeners/{listener}", dependencies=[needs("calls.listen")])
async def change(request: Request, key: CallKey, listener: Word, wish: ListenChange) -> Any:
    """Go on listening, speak to the agent alone, join as a party, or join and send the agent out."""
    caller = who(request)
    done = await control(request).do("listen.change", call=key, listener=listener, mode=wish.mode,
                                     agent=_telephone(caller), by=caller.word)
    await _written_down(request, caller, key, wish.mode)
    return done


@router.delete("/{key}/listeners/{listener}", dependencies=[needs("calls.listen")])
async def stop(request: Request, key: CallKey, listener: Word) -> Any:
    """Stop listening; the talk notices nothing."""
    caller = who(request)
    return await control(request).do("listen.stop", call=key, listener=listener, agent=_telephone(caller),
                                     by=caller.word)


def _telephone(caller: Caller) -> str:
    """Return the caller's own agent id: nobody has another's telephone listen, or moves another's."""
    if not caller.agent:
        raise Problem(409, "no_telephone", "您没有登记坐席话机，无法旁听", "请管理员给您分配坐席工号")
    return caller.agent


async def _written_down(request: Request, caller: Caller, key: str, mode: str) -> None:
    """Audit who heard whom. The journal has it in any case; without the database the log has it as well."""
    try:
        async with database(request).writing() as session:
            note_by(session, now_of(request), "call.listened", caller, key, mode=mode, agent=caller.agent)
    except DatabaseError:
        log.warning("a talk was listened to, not audited: database away", by=caller.id, call=key, mode=mode)

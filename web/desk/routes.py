"""The agent's desk: the page, its bar and panes as parts, the order form that saves itself, the telephone's secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import needs, now_of, who
from api.calls import control
from api.problems import Problem
from api.schemas import AppealIn, CallKey, Kind, Level, Strict, Urgency, Word, WordOrNone
from core import facts
from routing.directory import PhoneKind
from web.desk import reading
from web.live import live_of
from web.site import Site, page, part, site_of
from workorders.models import ADDRESS_LIMIT, ANSWER_LIMIT, SUMMARY_LIMIT

router = APIRouter(prefix="/desk", dependencies=[needs("agents.act")])
BREAKS = ("meal", "rest", "training", "other")
KINDS = ("inquiry", "help", "complaint", "report", "suggestion", "praise")
DISPOSITIONS = ("information_given", "wrong_number", "silent", "abusive")


@router.get("")
async def desk(request: Request) -> HTMLResponse:
    """The whole page."""
    site = site_of(request)
    agent = await reading.agent_now(request)
    beside = await reading.beside_of(request, agent)
    people = request.app.state.invitables.of(site.directory)
    listed = part(request, "parts/invitable.html", people, lambda: {"people": people})
    return page(request, "desk.html", agent=agent, beside=beside, people=listed, facts=facts.kinds(),
                **await _bar(request, site, agent))


@router.get("/bar")
async def bar(request: Request) -> HTMLResponse:
    """The call bar and the people in the talk."""
    agent = await reading.agent_now(request)
    return page(request, "parts/bar.html", **await _bar(request, site_of(request), agent))


async def _bar(request: Request, site: Site, agent: Mapping[str, Any]) -> dict[str, Any]:
    known = await live_of(request).now(request)
    bar, call = await reading.bar_now(request, site.directory, agent)
    waited = max(0.0, (bar.talk_since or now_of(request)) - float(call["queued"])) if call and call["queued"] else 0.0
    return {"bar": bar, "call": call, "known": known, "number": reading.masked(who(request), call),
            "breaks": BREAKS, "waited": waited}


@router.get("/order/{key}")
async def order(request: Request, key: CallKey) -> HTMLResponse:
    """The order form of a call, with what was saved."""
    site = site_of(request)
    known = await reading.known_of(request, key, "")
    units = [(unit.id, unit.name) for unit in site.directory.units]
    return page(request, "parts/order.html", key=key, appeal=known.appeal, units=units, kinds=KINDS,
                dispositions=DISPOSITIONS, complete=known.complete)


@router.get("/citizen/{key}")
async def citizen(request: Request, key: CallKey) -> HTMLResponse:
    """Who rings: number, menu, waiting, earlier calls and orders. After the talk: how it ended."""
    call = await reading.call_now(request, key)
    known = await reading.known_of(request, key, str(call["caller"]) if call else "")
    number = reading.masked(who(request), call or {"caller": known.record.caller if known.record else ""})
    return page(request, "parts/citizen.html", key=key, call=call, known=known, number=number)


@router.get("/recent")
async def recent(request: Request) -> HTMLResponse:
    """The agent's latest calls."""
    calls, _, complete = await reading.recent_of(request)
    numbers = {one.key: reading.masked(who(request), {"caller": one.caller}) for one in calls}
    return page(request, "parts/recent.html", calls=calls, numbers=numbers, complete=complete)


class Said(Strict):
    """What stands in the form."""

    kind: Kind = ""
    urgency: Urgency = 0
    summary: str = Field(default="", max_length=SUMMARY_LIMIT)
    address: str = Field(default="", max_length=ADDRESS_LIMIT)
    unit: WordOrNone = ""
    first: Level = ""
    second: Level = ""
    third: Level = ""
    answer: str = Field(default="", max_length=ANSWER_LIMIT)
    to_unit: bool = False


@router.put("/order/{key}")
async def save(request: Request, key: CallKey, said: Said) -> dict[str, float]:
    """Save the form: in the talk, and in wrap-up after the call has ended. Answers when it was saved."""
    agent = await _own_call(request, key)
    content = AppealIn(agent=agent, **said.model_dump()).model_dump(exclude={"agent"})
    await control(request).do("call.appeal", call=key, agent=agent, number=1, appeal=content)
    return {"saved_at": now_of(request)}


class Disposed(Strict):
    """Why there is no order."""

    disposition: Word


@router.post("/disposition/{key}")
async def dispose(request: Request, key: CallKey, wish: Disposed) -> dict[str, float]:
    """Say that the call stated no appeal."""
    if wish.disposition not in DISPOSITIONS:
        raise Problem(422, "invalid", "没有这种办理结果", "从列表里选一项")
    agent = await _own_call(request, key)
    await control(request).do("call.dispose", call=key, agent=agent, disposition=wish.disposition)
    return {"saved_at": now_of(request)}


async def _own_call(request: Request, key: str) -> str:
    """Return the agent's id if the call is theirs: they are in it, or wrapping it up. Raises Problem."""
    agent = await reading.agent_now(request)
    if agent["call"] != key and await reading.call_now(request, key) is None:
        raise Problem(404, "no_such_call", "您不在这通电话里", "刷新页面")
    return str(agent["agent"])


@router.post("/phone")
async def phone(request: Request) -> dict[str, Any]:
    """Give this page the secret of its telephone; a page that had one before can no longer sign on with it."""
    opened: dict[str, Any] = await control(request).do("phone.open", agent=who(request).agent)
    return opened


@router.post("/phone/echo", status_code=202)
async def echo(request: Request) -> dict[str, Any]:
    """Ring the agent's own telephone from a place of the switch where they hear themselves."""
    rung: dict[str, Any] = await control(request).do("phone.echo", agent=who(request).agent)
    return rung


@router.get("/telephone")
async def telephone(request: Request) -> dict[str, Any]:
    """Tell whether the telephone on the agent's desk is `there`: whether it has signed on at the switch."""
    agent = who(request).agent
    found = next((one for one in await control(request).do("phones.list") if one["agent"] == agent and one["rings"]),
                 None)
    if found is None:
        raise Problem(403, "not_in_directory", "坐席工号不在名录里", "请管理员把工号加入名录")
    return {"phone": found["phone"], "there": found["state"] != "away"}


@router.post("/rejoin/{key}", status_code=202)
async def rejoin(request: Request, key: CallKey) -> dict[str, Any]:
    """Ring the agent into the talk that they were cut off from and that others went on with."""
    caller = who(request)
    rung: dict[str, Any] = await control(request).do("call.rejoin", call=key, agent=caller.agent, by=caller.login)
    return rung


class Rings(Strict):
    """Which of the agent's two telephones rings: ``web`` (in the page), ``plain`` (on the desk)."""

    rings: PhoneKind


@router.post("/rings")
async def rings(request: Request, wish: Rings) -> dict[str, Any]:
    """Choose whether page or telephone rings; it holds until the agent chooses again, here or at another desk."""
    if wish.rings == "plain" and not await reading.beside_of(request, await reading.agent_now(request)):
        raise Problem(409, "no_desk_phone", "您没有桌面话机", "请管理员在“话机”页面添加")
    done: dict[str, Any] = await control(request).do("phone.choose", agent=who(request).agent, rings=wish.rings)
    return done


class Here(Strict):
    """`fresh`: the page has only just been loaded."""

    fresh: bool = False


@router.post("/phone/here")
async def here(request: Request, wish: Here) -> dict[str, Any]:
    """The page's telephone has signed on and is in no talk."""
    done: dict[str, Any] = await control(request).do("phone.here", agent=who(request).agent, fresh=wish.fresh)
    return done

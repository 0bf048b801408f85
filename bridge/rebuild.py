"""After every (re)connect: what is on the switch, and what the journal remembers, become the board. Then we act.

The switch is believed about channels, the journal about everything a channel cannot carry. What the journal says is
open and the switch does not have is over: either the switch died under it (interrupted), or it ended unseen and the
switch's own event log has the rest.
"""

from __future__ import annotations

from bridge.board import Board
from bridge.follows import Follow, HangUp, Said, agent_fact
from bridge.memory import CallMemory, Memory
from bridge.model import Call, CitizenState, Invitation, InvitationState, Leg, LegState, Listener
from bridge.switch import ChannelNow
from core import facts
from routing.agents import AgentNow, AgentStatus

_STATES = {state.value: state for state in CitizenState}
_LEG_STATES = {"room": LegState.ROOM, "side": LegState.SIDE, "held": LegState.HELD, "arriving": LegState.ANSWERED}

_GOES_ON = frozenset({CitizenState.ROOM, CitizenState.HELD})
_IN_TALK = frozenset({LegState.ROOM, LegState.SIDE, LegState.HELD})


def rebuild(board: Board, channels: list[ChannelNow], memory: Memory, *, rebooted: bool, now: float) -> list[Follow]:
    """Make the board anew; return what must be said and done because of what is missing."""
    board.clear()
    for channel in channels:
        if channel.get("HL_KEY") and not channel.get("HL_PARTY") and not channel.get("HL_LISTENER"):
            board.add_call(_call(channel, memory, now, board.rules.return_ring))
    for channel in channels:
        if channel.get("HL_KEY") and channel.get("HL_PARTY"):
            _put_leg(board, channel, memory, now)
        elif channel.get("HL_LISTENER"):
            board.listeners.put(_listener(channel, memory))
    out: list[Follow] = []
    for call in board.calls.values():
        out += _close_dead_invitations(call, memory.calls.get(call.key))
        out += [*_happened_unseen(board, call, memory, now), *board.listeners.compare(call, now)]
    for key in memory.calls.keys() - board.calls.keys():
        if rebooted:
            data = {"why": "the switch was restarted under the call"}
            out.append(Said(facts.CALL_INTERRUPTED, key, data, now, f"{key}:interrupted"))
        else:
            del memory.calls[key]  # it ended unseen: a restart of the switch one day must not call it interrupted
    return out + _agents(board, memory, now)


def _happened_unseen(board: Board, call: Call, memory: Memory, now: float) -> list[Follow]:
    """What the dialplan did by itself and nobody has told the journal: each fact has a key, so it is written once."""
    if call.state is CitizenState.ENDED:  # its citizen is gone: whoever is left is let go
        return [HangUp(tuple(call.legs), "citizen_gone")]
    out: list[Follow] = []
    if call.key not in memory.calls and call.answered_at:
        out.append(_answered_unseen(call))
    for leg in call.everybody():
        data = {"party": leg.id, "role": leg.role, "who": leg.who, "phone": leg.number,
                "invitation": leg.invitation, "place": leg.state.value}
        out.append(Said(facts.PARTY_JOINED, call.key, data, leg.joined_at, f"{leg.id}:joined"))
    return out + board.first_responder(call, now)


def _number(text: str, default: float = 0.0) -> float:
    try:
        return float(text)
    except ValueError:
        return default


def _call(channel: ChannelNow, memory: Memory, now: float, return_ring: float) -> Call:
    get = channel.get
    remembered = memory.calls.get(get("HL_KEY"), CallMemory())
    call = Call(get("HL_KEY"), channel.id, get("HL_CALLER"), get("HL_CALLED"), get("HL_DIRECTION") or "in")
    call.state = _STATES.get(get("HL_STATE"), CitizenState.MENU)
    call.since = _number(get("HL_SINCE"), now)
    call.answered_at = _number(get("HL_ANSWERED"))
    call.queued = _number(get("HL_QUEUED"), now)
    call.skill, call.unit = get("HL_SKILL") or "general", get("HL_UNIT")
    call.urgency = int(_number(get("HL_URGENCY")))
    call.lang = get("HL_LANG") or "zh-CN"
    call.waits_because = get("HL_WHY") or "menu"
    call.first_responder = remembered.first_responder
    call.talked_with = list(remembered.talked_with)
    call.cut_off = list(remembered.cut_off)
    call.sealed = get("HL_SEALED") == "1"
    call.reports = set(remembered.reports)
    call.parts = dict(remembered.parts)
    if call.direction == "out" and not channel.up:
        call.state, call.since = CitizenState.DIALLED, now
    if call.state is CitizenState.WAITING and call.waits_because == "lost" and now - call.since < return_ring:
        call.prefer, call.prefer_until = get("SHARED(HL_PREFER)"), now + return_ring
    return call


def _put_leg(board: Board, channel: ChannelNow, memory: Memory, now: float) -> None:
    get = channel.get
    call = board.calls.get(get("HL_KEY"))
    if call is None:
        call = Call(get("HL_KEY"), "", state=CitizenState.ENDED)  # its citizen is gone: the leg is on its way out
        board.add_call(call)
    role = get("HL_ROLE") or "agent"
    leg = Leg(get("HL_PARTY"), role, get("HL_WHO"), get("HL_NUMBER"), "web" if get("HL_PHONE") == "web" else "plain",  # type: ignore[arg-type]
              get("HL_INVITATION"), channel.name)
    leg.state = _LEG_STATES.get(get("HL_STATE"), LegState.RINGING)
    leg.joined_at = (call.since or now) if leg.state in _IN_TALK else 0.0
    leg.held_at = _number(get("HL_SINCE"), now) if leg.state is LegState.HELD else 0.0
    leg.why = get("HL_WHY")
    remembered = memory.calls.get(call.key, CallMemory())
    leg.muted = leg.id in remembered.muted
    board.add_leg(call, leg)
    intended = remembered.invitations.get(leg.invitation)
    if intended and leg.invitation not in call.invitations:
        call.invitations[leg.invitation] = _invitation(intended, leg)


def _listener(channel: ChannelNow, memory: Memory) -> Listener:
    """Return a telephone that went on listening meanwhile."""
    get = channel.get
    mode = memory.calls.get(get("HL_KEY"), CallMemory()).listening.get(get("HL_LISTENER"), "listen")
    return Listener(get("HL_LISTENER"), get("HL_KEY"), get("HL_WHO"), get("HL_NUMBER"),
                    "web" if get("HL_PHONE") == "web" else "plain", get("HL_LISTENS_AT"), get("HL_LISTENS_TO"),
                    "whisper" if mode == "whisper" else "listen", channel.name, _number(get("HL_BEGAN")))


def _invitation(intended: dict[str, object], leg: Leg) -> Invitation:
    """An invitation under way: its ringing phones go on, no further ones are tried."""
    taken = leg.state in _IN_TALK
    return Invitation(
        str(intended["invitation"]), leg.role, leg.who, leg.who, (), bool(intended.get("private")),
        str(intended.get("by", "")), int(str(intended.get("ring_seconds", 20))), 0,
        InvitationState.TAKEN if taken else InvitationState.RINGING, leg.id if taken else "",
    )


def _close_dead_invitations(call: Call, remembered: CallMemory | None) -> list[Follow]:
    """An invitation that was intended and has no leg on the switch is over: it is never rung a second time."""
    out: list[Follow] = []
    for name, intended in (remembered.invitations if remembered else {}).items():
        if name not in call.invitations:
            data = {"invitation": name, "role": intended.get("role"), "who": intended.get("who"), "result": "failed",
                    "party": "", "failures": [{"phone": "", "why": "controller_restarted"}]}
            out.append(Said(facts.INVITE_ENDED, call.key, data, key=f"{name}:ended"))
    return out


def _answered_unseen(call: Call) -> Said:
    data = {"caller": call.caller, "called": call.called, "direction": call.direction, "channel": call.citizen}
    key = f"{call.key}:{facts.CALL_ANSWERED}:{call.answered_at:.3f}"
    return Said(facts.CALL_ANSWERED, call.key, data, call.answered_at, key)


def _agents(board: Board, memory: Memory, now: float) -> list[Follow]:
    out: list[Follow] = []
    on_legs = {leg.who: (call, leg) for call in board.calls.values() for leg in call.legs.values()
               if leg.role == "agent"}
    for agent in [state.id for state in board.agents]:
        remembered = memory.agent(agent)
        if remembered is not None:
            board.agents.restore(remembered)
        state = _agent_now(board, board.agents[agent], on_legs.get(agent), now)
        if state is not None:
            out.append(agent_fact(state))
    return out


def _agent_now(board: Board, state: AgentNow, found: tuple[Call, Leg] | None, now: float) -> AgentNow | None:
    """An agent's state follows the agent's leg; without a leg a call state cannot last."""
    put = board.agents.put
    if found:
        call, leg = found
        if not leg.invitation and not leg.joined_at:
            return None  # the dialplan rings everybody by itself: that moves nobody
        talking = leg.state in _IN_TALK
        return put(state.id, AgentStatus.TALKING if talking else AgentStatus.RINGING, now, call=call.key)
    if state.status is AgentStatus.RINGING:
        return put(state.id, AgentStatus.READY, now, why="not_rung")
    lost_from = board.calls.get(state.call)
    if state.status is AgentStatus.LOST and state.until > now and lost_from and lost_from.prefer == state.id:
        return None  # rung again for the same citizen, as before
    if state.status is AgentStatus.TALKING and lost_from and lost_from.state in _GOES_ON:
        lost_from.cut_off.append(state.id)  # nobody saw why the leg went: the talk goes on and waits for its agent
        return put(state.id, AgentStatus.WRAP_UP, now, call=state.call, until=now + board.rules.wrap_up, why="lost")
    if state.status in (AgentStatus.TALKING, AgentStatus.LOST):
        return put(state.id, AgentStatus.WRAP_UP, now, call=state.call, until=now + board.rules.wrap_up, why="ended")
    return None

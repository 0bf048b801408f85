"""The one table of allowed steps: from which state, which act, to which state, by whom, what it needs, and why.

Read it as a page: a step that is not here cannot happen. `of` says whose state is meant: the order's own, a unit's
part in it (the lead's part carries the order with it, a joint unit's does not), or a unit below to which it was
handed down. Sources: 国办发〔2020〕53号 (受理、派单、办理、答复、督办、办结、回访、评价 as one process), GB/T
33358-2016, and the city's memo (首接负责制, 签批, 督办推进).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workorders.life.needs import Need as N
from workorders.life.order import Order
from workorders.life.words import Do, Role, State


class Of(StrEnum):
    """Whose state a step starts from."""

    ORDER = "order"
    PART = "part"  # any unit's part
    LEAD = "lead"
    JOINT = "joint"
    BELOW = "below"  # a unit handed down to


class Go(StrEnum):
    """Where a step leads when it is no named state."""

    STAY = "stay"
    BACK = "back"  # to what the part was in before its return, plea or arbitration


@dataclass(frozen=True, slots=True)
class Step:
    """A row. `frm` None stands for no order yet."""

    frm: frozenset[State | None]
    do: Do
    to: State | Go
    who: frozenset[Role]
    needs: tuple[N, ...] = ()
    of: Of = Of.ORDER
    why: str = ""


S, D, R = State, Do, Role
_DESK = (R.AGENT, R.TEAM_LEADER, R.BACK_OFFICE)
_OFFICE = (R.BACK_OFFICE, R.TEAM_LEADER)
_UNIT = (R.UNIT_HANDLER, R.UNIT_LEAD)
_WATCH = (R.SYSTEM, R.BACK_OFFICE, R.SUPERVISION)
_HELD = (S.DISPATCHED, S.SIGNED, S.HANDLING)
_OPEN = (S.ACCEPTED, S.AWAITING, S.ENDORSED, *_HELD, S.RETURNED, S.PLEADED, S.ARBITRATION, S.REDISPATCHING,
         S.REPLIED, S.REVIEWED, S.FOLLOW_UP, S.REOPENED, S.SHELVED, S.MERGED, S.HANDED_OVER)
_WATCHED = (*_OPEN, S.ANSWERED, S.REFUSED, S.OBJECTED)  # somebody must still act, so the ladder looks on
_ENDABLE = (S.ACCEPTED, S.REDISPATCHING, S.REOPENED, S.FOLLOW_UP)
_EVER = tuple(state for state in State if state is not S.RELEASED)
_LIVE = tuple(state for state in _EVER if state is not S.ARCHIVED)


def _step(frm: State | tuple[State, ...] | None, do: Do, to: State | Go, who: tuple[Role, ...] | Role,
          *needs: N, of: Of = Of.ORDER, why: str = "") -> Step:
    starts = frozenset(frm) if isinstance(frm, tuple) else frozenset({frm})
    return Step(frozenset(starts), do, to, frozenset(who) if isinstance(who, tuple) else frozenset({who}),
                needs, of, why)


_RECEPTION = (
    _step(None, D.ACCEPT, S.ACCEPTED, (*_DESK, R.EXPERT, R.API_CLIENT, R.SYSTEM)),
    _step(_OPEN, D.CLASSIFY, Go.STAY, _DESK, N.NO_REPORT_BY_CLASS),
    _step(tuple(set(_EVER) - {S.MERGED}), D.PROTECT, Go.STAY, _DESK, N.HOLDER_CLEAR),
    _step(S.MERGED, D.PROTECT, S.ACCEPTED, _DESK,
          why="a report is never one with an order that its unit can read: it comes apart at once"),
    _step((*_HELD, S.RETURNED, S.PLEADED, S.ARBITRATION, S.REPLIED), D.PROTECT, S.REDISPATCHING, _DESK,
          N.HOLDER_BARRED, why="the unit complained of loses the order the moment it is named, whatever it had begun"),
    _step(_EVER, D.NOTE, Go.STAY, tuple(set(Role) - {R.CITIZEN}), N.TEXT),
    _step(S.ACCEPTED, D.ANSWER, S.ANSWERED, (*_DESK, R.EXPERT), N.REAL_REPLY, N.NOT_A_REPORT, N.FIRST_TIME),
    _step(S.ANSWERED, D.CLOSE, S.CLOSED, (*_DESK, R.SYSTEM)),
    _step(S.ACCEPTED, D.REFUSE, S.REFUSED, _DESK, N.REASON, N.LAWFUL_GROUND, N.FIRST_TIME, N.NOT_OVERTURNED),
    _step(S.REDISPATCHING, D.REFUSE, S.REFUSED, _OFFICE, N.REASON, N.LAWFUL_GROUND, N.FIRST_TIME, N.NOT_OVERTURNED,
          why="a unit's upheld return may show that a court has it already; better a late door than a third unit"),
    _step(S.REFUSED, D.OBJECT, S.OBJECTED, (R.CITIZEN, *_DESK, R.SYSTEM), N.TEXT, N.NOT_OBJECTED_YET,
          N.OBJECTION_IN_TIME),
    _step(S.OBJECTED, D.CONFIRM_REFUSAL, S.REFUSED, (*_OFFICE, R.QUALITY), N.REASON, N.NOT_THE_REFUSER),
    _step(S.REFUSED, D.CONFIRM_REFUSAL, Go.STAY, (*_OFFICE, R.QUALITY), N.REASON, N.NOT_THE_REFUSER,
          why="the sampled second look, without anybody's objection"),
    _step((S.REFUSED, S.OBJECTED), D.OVERTURN_REFUSAL, S.ACCEPTED, (*_OFFICE, R.QUALITY), N.REASON, N.NOT_THE_REFUSER,
          why="the citizen's clock has run since the first acceptance; the time is the refuser's"),
    _step(S.ACCEPTED, D.SUBMIT, S.AWAITING, _DESK),
    _step((S.REDISPATCHING, S.REOPENED), D.SUBMIT, S.AWAITING, _OFFICE,
          why="it may have become what policy names only after its first dispatch, or was answered without one"),
    _step(S.ENDORSED, D.SUBMIT, S.AWAITING, _DESK, N.SIGNATURE_LAPSED,
          why="it became, after the signature, what policy names: the leader had not signed for that"),
    _step(S.AWAITING, D.ENDORSE, S.ENDORSED, R.DUTY_LEADER),
    _step(S.AWAITING, D.ENDORSE, S.ENDORSED, R.DEPUTY, N.LEADER_IS_LATE,
          why="a signature has a deadline and a deputy: an absent leader must not hold a citizen up"),
    _step(S.AWAITING, D.SEND_BACK, S.ACCEPTED, R.DUTY_LEADER, N.REASON),
    _step(S.AWAITING, D.SEND_BACK, S.ACCEPTED, R.DEPUTY, N.REASON, N.LEADER_IS_LATE),
    _step(S.ACCEPTED, D.DISPATCH, S.DISPATCHED, _DESK, N.SIGNATURE_NOT_NEEDED, N.NOT_BARRED,
          N.FIRST_RESPONDER_LEADS, N.ON_CALL_SHOWN),
    _step(S.ENDORSED, D.DISPATCH, S.DISPATCHED, _DESK, N.SIGNATURE_NOT_NEEDED, N.NOT_BARRED,
          N.FIRST_RESPONDER_LEADS, N.ON_CALL_SHOWN),
    _step(S.AWAITING, D.DISPATCH, S.DISPATCHED, _DESK, N.EMERGENCY, N.REASON, N.NOT_BARRED, N.ON_CALL_SHOWN,
          why="it became a matter of life while it waited for a signature; the leader reads of it afterwards"),
    _step(S.REOPENED, D.DISPATCH, S.DISPATCHED, _OFFICE, N.SIGNATURE_NOT_NEEDED, N.NOT_BARRED, N.ON_CALL_SHOWN,
          why="signed once, the same appeal needs no second signature; answered on the spot, it had none"),
    _step((S.ACCEPTED, S.REDISPATCHING), D.HAND_OVER, S.HANDED_OVER, _DESK, N.REASON, N.TAKEN_THERE,
          why="110, another city or the province: only once the other platform has taken it; until then we have it"),
    _step(S.HANDED_OVER, D.HAND_BACK, S.ACCEPTED, (*_OFFICE, R.API_CLIENT, R.SYSTEM), N.REASON,
          why="where duty stays unclear the platform that the citizen rang first accepts provisionally: "
              "国办发〔2022〕12号"),
    _step(S.HANDED_OVER, D.RESULT_BACK, S.REVIEWED, (*_OFFICE, R.API_CLIENT, R.SYSTEM), N.TEXT,
          why="whoever handled it, our citizen is asked by us"),
)
_UNITS = (
    _step(S.DISPATCHED, D.SIGN_FOR, S.SIGNED, _UNIT, of=Of.PART),
    _step(S.DISPATCHED, D.SIGN_FOR, S.SIGNED, R.SYSTEM, N.WAS_ON_CALL, of=Of.PART,
          why="a unit that took the call in person cannot say it did not know: the talk is its signature"),
    _step((S.SIGNED, S.HANDLING), D.CONTACT, Go.STAY, (*_UNIT, R.SYSTEM), of=Of.PART),
    _step(S.SIGNED, D.START, S.HANDLING, _UNIT, of=Of.PART),
    _step((S.SIGNED, S.HANDLING), D.HAND_DOWN, S.HANDLING, _UNIT, N.NOT_BARRED, N.EARLIER_DUE, of=Of.PART,
          why="handing down is handling; the upper unit stays answerable, so inner deadlines come before its own"),
    _step(S.HANDLING, D.HAND_DOWN, Go.STAY, _UNIT, N.NOT_BARRED, N.EARLIER_DUE, of=Of.BELOW,
          why="district to street: each further step down is due earlier still"),
    _step(S.HANDLING, D.INNER_REPLY, Go.STAY, _UNIT, N.TEXT, of=Of.BELOW,
          why="the inner unit answers the upper one, never the hotline: the order stays in handling"),
    _step((S.SIGNED, S.HANDLING), D.PROGRESS, Go.STAY, _UNIT, N.TEXT, of=Of.PART,
          why="\"in handling\" is not a reply: it is kept, it stops no clock"),
    _step(S.HANDLING, D.REPLY, S.REPLIED, R.UNIT_LEAD, N.REAL_REPLY, N.NOT_PAUSED, N.CONTACTED, N.JOINT_DONE,
          N.FILES_BROUGHT, of=Of.LEAD),
    _step(S.SIGNED, D.REPLY, S.REPLIED, R.UNIT_LEAD, N.REAL_REPLY, N.NOT_PAUSED, N.CONTACTED, N.JOINT_DONE,
          N.FILES_BROUGHT, of=Of.LEAD,
          why="solved on the spot in the three-way call; a start nobody sees would be a lie for the record"),
    _step((S.SIGNED, S.HANDLING), D.REPLY, S.REPLIED, R.UNIT_LEAD, N.REAL_REPLY, N.NOT_PAUSED, N.FILES_BROUGHT,
          of=Of.JOINT,
          why="a joint unit answers to the lead's reply; only the lead's carries the order"),
    _step((S.DISPATCHED, S.SIGNED), D.RETURN, S.RETURNED, R.UNIT_LEAD, N.REASON, N.NOT_FIRST_RESPONDER,
          N.NOT_DESIGNATED, N.NOT_TAKEN, N.NOT_REFUSED_YET, N.RETURN_IN_TIME, N.RETURNS_LEFT, N.NOT_PAUSED,
          of=Of.PART),
    _step(S.RETURNED, D.UPHOLD_RETURN, S.REDISPATCHING, _OFFICE, N.REASON, N.NOT_THE_DISPATCHER, N.NOT_THE_HANDLER,
          of=Of.LEAD),
    _step(S.RETURNED, D.UPHOLD_RETURN, S.RELEASED, _OFFICE, N.REASON, N.NOT_THE_DISPATCHER, N.NOT_THE_HANDLER,
          of=Of.JOINT,
          why="the lead goes on without it"),
    _step(S.RETURNED, D.REFUSE_RETURN, Go.BACK, _OFFICE, N.REASON, N.NOT_THE_DISPATCHER, N.NOT_THE_HANDLER, of=Of.PART,
          why="the unit's clock never stopped; a refused return counts as 推诿"),
    _step(_HELD, D.PLEAD, S.PLEADED, R.UNIT_LEAD, N.REASON, N.FIRST_RESPONDER, N.NOT_DESIGNATED, N.PLEA_IN_TIME,
          N.PLEA_LEFT, N.NOT_PAUSED, of=Of.LEAD,
          why="派错申诉: also while handling, for the first responder handles from the call on, right or wrong"),
    _step(S.PLEADED, D.UPHOLD_PLEA, S.REDISPATCHING, _OFFICE, N.REASON, N.NOT_THE_DISPATCHER, N.NOT_THE_HANDLER,
          of=Of.LEAD,
          why="the error is the dispatcher's and so is the time"),
    _step(S.PLEADED, D.REFUSE_PLEA, Go.BACK, _OFFICE, N.REASON, N.NOT_THE_DISPATCHER, N.NOT_THE_HANDLER, of=Of.LEAD,
          why="counts as 推诿, as a refused return does"),
    _step(_HELD, D.ASK_ARBITRATION, S.ARBITRATION, R.UNIT_LEAD, N.REASON, N.WAS_REFUSED, N.NOT_DESIGNATED,
          N.ARBITRATION_IN_TIME, N.NOT_PAUSED, of=Of.LEAD,
          why="a unit may go past the back office once, to the duty leader, whose word ends it"),
    _step((S.RETURNED, S.PLEADED), D.ASK_ARBITRATION, S.ARBITRATION, _OFFICE, N.REASON, of=Of.LEAD,
          why="two units dispute the duty: the back office need not guess"),
    _step(S.REDISPATCHING, D.ASK_ARBITRATION, S.ARBITRATION, _OFFICE, N.REASON,
          why="nobody's duty by the book; the leader names a unit rather than a third bounce"),
    _step(S.ARBITRATION, D.ARBITRATE_KEEP, Go.BACK, R.DUTY_LEADER, N.REASON, of=Of.LEAD,
          why="designated: neither return nor plea any more"),
    _step(S.ARBITRATION, D.ARBITRATE_MOVE, S.DISPATCHED, R.DUTY_LEADER, N.REASON, N.NOT_BARRED, N.NOT_THE_LEAD,
          why="designated: the new unit cannot return it either"),
    _step(S.REDISPATCHING, D.REDISPATCH, S.DISPATCHED, _OFFICE, N.SIGNATURE_NOT_NEEDED, N.NOT_BARRED,
          N.ON_CALL_SHOWN),
    _step(_HELD, D.REDISPATCH, S.DISPATCHED, _OFFICE, N.REASON, N.NOT_BARRED, N.NOT_THE_LEAD, N.NOT_DESIGNATED,
          N.ON_CALL_SHOWN, N.NOT_PAUSED,
          why="the office sees its own error before the unit does: no return is counted, the time is the dispatcher's"),
    _step(_HELD, D.ADD_JOINT, Go.STAY, _OFFICE, N.REASON, N.NOT_BARRED, N.HAS_NO_PART),
    _step((*_HELD, S.RETURNED, S.REPLIED), D.RELEASE_JOINT, S.RELEASED, _OFFICE, N.REASON, of=Of.JOINT),
    _step((S.SIGNED, S.HANDLING), D.OFFER_LEAD, Go.STAY, R.UNIT_LEAD, N.REASON, N.NOT_BARRED, N.NONE_PENDING,
          N.NOT_THE_LEAD, of=Of.LEAD, why="the first responder leads until another accepts: an offer changes nothing"),
    _step((S.SIGNED, S.HANDLING), D.ACCEPT_LEAD, S.SIGNED, R.UNIT_LEAD, N.OFFERED_TO_US, N.NOT_PAUSED,
          why="accepting is signing; a joint unit keeps its own clock, or two units could trade leads to win time"),
    _step((S.SIGNED, S.HANDLING), D.DECLINE_LEAD, Go.STAY, R.UNIT_LEAD, N.REASON, N.OFFERED_TO_US),
    _step((S.SIGNED, S.HANDLING), D.ASK_EXTENSION, Go.STAY, R.UNIT_LEAD, N.REASON, N.BEFORE_DUE, N.NONE_PENDING,
          N.NOT_PAUSED, N.EXTENSIONS_LEFT, N.EXTENSION_FITS, of=Of.PART),
    _step((S.SIGNED, S.HANDLING), D.APPROVE_EXTENSION, Go.STAY, (R.BACK_OFFICE, R.DUTY_LEADER), N.REASON, N.PENDING,
          N.NOT_PAUSED, N.EXTENSIONS_LEFT, N.EXTENSION_FITS, N.CITIZEN_TOLD, N.NOT_THE_HANDLER, of=Of.PART,
          why="asked before the deadline, it may be approved after it: the office's slowness is not the unit's"),
    _step((S.SIGNED, S.HANDLING), D.REFUSE_EXTENSION, Go.STAY, (R.BACK_OFFICE, R.DUTY_LEADER), N.REASON, N.PENDING,
          of=Of.PART),
    _step((S.SIGNED, S.HANDLING), D.ASK_PAUSE, Go.STAY, R.UNIT_LEAD, N.REASON, N.BEFORE_DUE, N.NONE_PENDING,
          N.NOT_PAUSED, N.PAUSES_LEFT, of=Of.PART),
    _step((S.SIGNED, S.HANDLING), D.APPROVE_PAUSE, Go.STAY, (R.BACK_OFFICE, R.DUTY_LEADER), N.REASON, N.PENDING,
          N.NOT_PAUSED, N.PAUSES_LEFT, N.PAUSE_NOT_TOO_LONG, N.NOT_THE_HANDLER, of=Of.PART),
    _step((S.SIGNED, S.HANDLING), D.REFUSE_PAUSE, Go.STAY, (R.BACK_OFFICE, R.DUTY_LEADER), N.REASON, N.PENDING,
          of=Of.PART),
    _step((S.SIGNED, S.HANDLING), D.RESUME, Go.STAY, (*_UNIT, R.BACK_OFFICE), N.PAUSED, of=Of.PART,
          why="what was not used of a pause goes back to the citizen"),
)
_CLOSING = (
    _step(S.REPLIED, D.PASS, S.REVIEWED, _OFFICE, N.NOT_THE_HANDLER),
    _step(S.REPLIED, D.REWORK, S.HANDLING, _OFFICE, N.REASON, of=Of.PART,
          why="the hours the reply lay with the office are not the unit's: its deadline moves by them, no more"),
    _step(S.REVIEWED, D.BEGIN_FOLLOW_UP, S.FOLLOW_UP, (*_DESK, R.SYSTEM), N.NOT_THE_HANDLER,
          why="by the hotline, never by the unit that handled it"),
    _step(S.REVIEWED, D.CLOSE, S.CLOSED, (*_OFFICE, R.SYSTEM), N.NOT_SAMPLED, N.NEVER_REOPENED, N.NOT_THE_HANDLER,
          why="policy samples and this one is not in the sample, or nobody left a way to be asked"),
    _step(S.FOLLOW_UP, D.TRY_CITIZEN, Go.STAY, (*_DESK, R.SYSTEM), N.NOT_THE_HANDLER),
    _step(S.FOLLOW_UP, D.CITIZEN_SAYS, Go.STAY, (*_DESK, R.SYSTEM, R.CITIZEN), N.NOT_SAID_YET, N.SPOKEN_TO,
          N.NOT_THE_HANDLER, why="once given, an answer is not asked again until it pleases"),
    _step(S.FOLLOW_UP, D.CLOSE, S.CLOSED, (*_OFFICE, R.SYSTEM), N.FOLLOWED_UP, N.CONTENT, N.NEVER_REOPENED,
          N.NOT_THE_HANDLER),
    _step(S.FOLLOW_UP, D.CLOSE, S.CLOSED, (R.TEAM_LEADER, R.DUTY_LEADER), N.FOLLOWED_UP, N.CONTENT, N.WAS_REOPENED,
          N.NOT_THE_FOLLOWER, N.NOT_THE_HANDLER, why="a reopened order is solved with the approval of a second person"),
    _step(S.FOLLOW_UP, D.REOPEN, S.REOPENED, (*_DESK, R.SYSTEM), N.UNHAPPY),
    _step((S.CLOSED, S.ANSWERED), D.REOPEN, S.REOPENED, (*_DESK, R.SYSTEM, R.CITIZEN), N.REASON, N.REOPEN_IN_TIME),
    _step(S.SHELVED, D.REOPEN, S.REOPENED, (*_OFFICE, R.DUTY_LEADER), N.REASON,
          why="挂账 is a promise with a date, not an end"),
    _step((S.TERMINATED, S.ARCHIVED), D.REOPEN, S.REOPENED, R.DUTY_LEADER, N.REASON,
          why="new facts: what a leader ended only a leader opens"),
    _step(S.WITHDRAWN, D.REOPEN, S.REOPENED, (*_DESK, R.SYSTEM), N.REASON, N.REOPEN_IN_TIME,
          why="the citizen takes the withdrawal back, or the call's record shows that the appeal stands"),
    _step(_ENDABLE, D.ASK_ENDING, Go.STAY, _OFFICE, N.REASON, N.WAS_REOPENED, N.NONE_PENDING,
          N.AGAIN_IN_TIME),
    _step((S.SIGNED, S.HANDLING), D.ASK_ENDING, Go.STAY, R.UNIT_LEAD, N.REASON, N.WAS_REOPENED, N.NONE_PENDING,
          N.AGAIN_IN_TIME, of=Of.LEAD),
    _step((*_ENDABLE, S.SIGNED, S.HANDLING), D.SHELVE, S.SHELVED, R.DUTY_LEADER, N.REASON,
          N.SHELVING_ASKED, N.NOT_THE_ASKER),
    _step((*_ENDABLE, S.SIGNED, S.HANDLING), D.TERMINATE, S.TERMINATED, R.DUTY_LEADER, N.REASON,
          N.TERMINATION_ASKED, N.NOT_THE_ASKER),
    _step((*_ENDABLE, S.SIGNED, S.HANDLING), D.REFUSE_ENDING, Go.STAY, R.DUTY_LEADER, N.REASON,
          N.PENDING),
    _step(S.SHELVED, D.REVISIT, Go.STAY, R.DUTY_LEADER, N.REASON, N.AGAIN_IN_TIME,
          why="what a leader put off only a leader puts off again, or nobody ever comes back to it"),
    _step((S.ACCEPTED, S.REDISPATCHING, S.REOPENED, *_HELD), D.MERGE, S.MERGED, _OFFICE, N.REASON, N.SAME_SECRECY,
          N.NOT_PAUSED, why="its citizen is still answered and asked, each for themselves"),
    _step(S.MERGED, D.UNMERGE, S.ACCEPTED, (*_OFFICE, R.SYSTEM), N.REASON,
          why="they were two matters, or the other one became a report or ended unanswered; no clock was ever stopped"),
    _step(S.MERGED, D.MAIN_ANSWERED, S.REVIEWED, (*_OFFICE, R.SYSTEM), N.TEXT),
    _step((S.ACCEPTED, S.AWAITING, S.ENDORSED, *_HELD, S.RETURNED, S.PLEADED, S.ARBITRATION, S.REDISPATCHING,
           S.REOPENED, S.SHELVED, S.MERGED), D.WITHDRAW, S.WITHDRAWN, (*_DESK, R.CITIZEN), N.REASON,
          why="only by the citizen's own word, kept where it can be heard; a unit cannot withdraw for them"),
    _step(S.TERMINATED, D.ARCHIVE, S.ARCHIVED, (*_OFFICE, R.SYSTEM)),
    _step((S.CLOSED, S.WITHDRAWN), D.ARCHIVE, S.ARCHIVED, (*_OFFICE, R.SYSTEM), N.REOPENING_OVER,
          why="the archive opens by a leader only, so the citizen's time to object to the result comes first"),
    _step(S.REFUSED, D.ARCHIVE, S.ARCHIVED, (*_OFFICE, R.SYSTEM), N.OBJECTION_OVER),
)
_ASIDE = (
    _step(_LIVE, D.RATE, Go.STAY, (R.CITIZEN, R.SYSTEM)),
    _step((*_OPEN, S.OBJECTED), D.URGE, Go.STAY, (R.CITIZEN, *_DESK, R.SYSTEM),
          why="a second call about the same appeal is an urge, not a new order"),
    _step(_WATCHED, D.REMIND, Go.STAY, _WATCH, N.NEW_RUNG),
    _step(_WATCHED, D.PRESS, Go.STAY, _WATCH, N.NEW_RUNG),
    _step(_WATCHED, D.SUPERVISE, Go.STAY, _WATCH, N.NEW_RUNG),
    _step(_WATCHED, D.ESCALATE, Go.STAY, _WATCH, N.NEW_RUNG),
    _step(_LIVE, D.PHONE_UNANSWERED, Go.STAY, R.SYSTEM),
    _step(_EVER, D.RAISE_FINDING, Go.STAY, R.SYSTEM, N.OWN_KEY, N.NEW_FINDING, N.NOT_WRONG_ACTION,
          why="in every state, also after the end: nothing that happens to an order takes a finding away"),
    _step(_EVER, D.RAISE_FINDING, Go.STAY, (R.BACK_OFFICE, R.QUALITY, R.SUPERVISION, R.DISCIPLINE), N.REASON,
          N.OWN_KEY, N.NEW_FINDING, why="乱作为 is seen by persons only"),
    _step(_EVER, D.ANSWER_FINDING, Go.STAY, R.UNIT_LEAD, N.TEXT, N.OUR_FINDING, N.FINDING_UNDECIDED),
    _step(_EVER, D.DECIDE_FINDING, Go.STAY, (R.SUPERVISION, R.DISCIPLINE), N.REASON, N.FINDING_UNDECIDED,
          N.NOT_THE_RAISER, N.NOT_THE_HANDLER),
    _step(_EVER, D.REFER_FINDING, Go.STAY, (R.SUPERVISION, R.SYSTEM), N.FINDING_ESTABLISHED),
    _step(_EVER, D.ASK_STRIKE, Go.STAY, (R.UNIT_LEAD, *_OFFICE), N.REASON, N.NONE_PENDING, N.OWN_FIGURES),
    _step(_EVER, D.DECIDE_STRIKE, Go.STAY, (R.QUALITY, R.SUPERVISION), N.REASON, N.PENDING, N.NOT_THE_ASKER,
          N.NOT_THE_HANDLER, why="whoever is measured, or asked, does not decide; reasons are a fixed list"),
    _step(_EVER, D.UNMASK, Go.STAY, (*_DESK, R.QUALITY, R.SUPERVISION, R.DISCIPLINE, R.AUDITOR), N.REASON,
          N.MAY_UNMASK),
    _step(_EVER, D.NAME_PERSON, Go.STAY, (R.DUTY_LEADER, R.DISCIPLINE), N.REASON),
    _step(_OPEN, D.RECKON_ANEW, Go.STAY, (R.ADMIN, R.SYSTEM), N.REASON,
          why="a year was announced or a calendar corrected: promises made by guessed weekdays are made again"),
)
STEPS: tuple[Step, ...] = (*_RECEPTION, *_UNITS, *_CLOSING, *_ASIDE)
OWNERS: dict[State, str] = {  # whose desk an order is on; a unit's name where a unit has it
    S.ACCEPTED: "dispatch", S.ANSWERED: "reception", S.REFUSED: "second_look", S.OBJECTED: "second_look",
    S.AWAITING: "duty_leader", S.ENDORSED: "dispatch", S.RETURNED: "return_review", S.PLEADED: "return_review",
    S.ARBITRATION: "duty_leader", S.REDISPATCHING: "dispatch", S.REPLIED: "review", S.REVIEWED: "follow_up",
    S.FOLLOW_UP: "follow_up", S.CLOSED: "archive", S.REOPENED: "dispatch", S.SHELVED: "coordination",
    S.TERMINATED: "archive", S.MERGED: "coordination", S.WITHDRAWN: "archive", S.HANDED_OVER: "coordination",
    S.ARCHIVED: "archive",
}
_index: defaultdict[Do, list[Step]] = defaultdict(list)
for _row in STEPS:
    _index[_row.do].append(_row)
BY_ACT: dict[Do, tuple[Step, ...]] = {do: tuple(rows) for do, rows in _index.items()}


def owner(order: Order) -> str:
    """Return who must act next: ``unit:<id>`` or ``desk:<name>``; never nobody."""
    leading = order.leading
    if order.state in _HELD and leading is not None:
        return f"unit:{leading.unit}"
    return f"desk:{OWNERS[order.state]}"


def acts_from(state: State | None) -> Iterator[Step]:
    """Yield the steps that start from a state, of whatever part."""
    return (step for step in STEPS if state in step.frm)

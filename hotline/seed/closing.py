"""After the reply: review, rework, follow-up by the hotline, reopening and its endings, findings, the archive."""

from __future__ import annotations

from hotline.seed.story import SYSTEM, Story
from hotline.seed.teller import DAY, HOUR, MINUTE
from hotline.seed.units import handled, reply, signed_off
from workorders.life.acts import Actor
from workorders.life.words import Do, Role, State

_CONTENT = 3  # a rating from here on is no reason to reopen


def reviewed(s: Story) -> None:
    """审核: passed, or sent back once."""
    t = s.t
    if s.has("rework"):
        t.do(Do.REWORK, s.other(Role.BACK_OFFICE), t.office(0.3, 4), why=s.why("rework"))
        reply(s)
    t.do(Do.PASS, s.other(Role.BACK_OFFICE), t.office(0.2, 5))


def followed_up(s: Story) -> None:
    """回访 by the hotline; unhappy leads to a second round, which ends in solved, shelved or terminated."""
    by = s.clerk if s.t.order.matter.is_report else s.other(Role.AGENT)
    if _unasked(s):
        return
    says = _asked(s, by, s.plot.rating)
    if not says or s.plot.rating >= _CONTENT:
        s.t.do(Do.CLOSE, s.other(Role.BACK_OFFICE, by), s.t.office(0.2, 4))
        return
    s.t.do(Do.REOPEN, by, s.t.soon(MINUTE, HOUR), why=s.why("reopen"))
    _second_round(s)


def _unasked(s: Story) -> bool:
    """Close what nobody left a way to be asked about."""
    matter = s.t.order.matter
    if not (matter.anonymous and matter.channel != "phone"):
        return False
    s.t.do(Do.CLOSE, SYSTEM, s.t.office(1, 5))
    return True


def _asked(s: Story, by: Actor, rating: int) -> bool:
    """Call the citizen; tell whether they answered."""
    t = s.t
    t.do(Do.BEGIN_FOLLOW_UP, by, t.office(0.5, 8))
    tries = t.rules.policy.calls_to_reach if s.has("silent") else s.rng.choice((0, 0, 0, 1))
    for _ in range(tries):
        t.do(Do.TRY_CITIZEN, by, t.office(0.1, 4), data={"reached": False, "call": s.new_call()})
    if s.has("silent"):
        return False
    t.do(Do.TRY_CITIZEN, by, t.office(0.1, 3), data={"reached": True, "call": s.new_call()})
    contacted = not (rating < _CONTENT and s.has("sham"))
    solved = rating >= _CONTENT if not s.has("unsolved") or rating < _CONTENT else None
    t.do(Do.CITIZEN_SAYS, by, t.soon(30, 4 * MINUTE),
         data={"satisfaction": rating, "contacted": contacted} | ({} if solved is None else {"solved": solved}))
    return True


def _second_round(s: Story) -> None:
    t, before = s.t, s.t.order.lead or s.appeal.spot.district_unit
    signed_off(s)
    t.do(Do.DISPATCH, s.clerk, t.soon(10 * MINUTE, 3 * HOUR), data={"unit": before})
    if s.plot.ending != "solved":
        return _given_up(s, before)
    handled(s)
    t.do(Do.PASS, s.other(Role.BACK_OFFICE), t.office(0.2, 5))
    by = s.clerk if t.order.matter.is_report else s.other(Role.AGENT)
    if not _unasked(s):
        _asked(s, by, s.rng.choice((3, 4, 4, 5)))
        t.do(Do.CLOSE, s.other(Role.TEAM_LEADER), t.office(0.2, 4))


def _given_up(s: Story, unit: str) -> None:
    """挂账 with a day on which it is looked at again, or 终结; both approved by a leader."""
    t, shelve = s.t, s.plot.ending == "shelve"
    t.do(Do.SIGN_FOR, s.cast.handler(unit), t.office(0.3, 3))
    at = t.office(4, 24)
    data = {"ending": s.plot.ending} | ({"again": round(at + s.rng.uniform(30, 90) * DAY)} if shelve else {})
    t.do(Do.ASK_ENDING, s.cast.lead(unit), at, why=s.why("ending" if shelve else "terminate"), data=data)
    t.do(Do.SHELVE if shelve else Do.TERMINATE, s.other(Role.DUTY_LEADER), t.office(1, 10), why=s.why("approve"))


def aftermath(s: Story) -> None:
    """Findings answered and decided, figures struck out, then the archive."""
    for finding in [found for found in s.t.order.findings if found.decided_at is None]:
        _judged(s, finding.key, finding.unit)
    if s.has("struck") and s.t.order.lead:
        _struck(s, s.t.order.lead)
    _archived(s)


def _judged(s: Story, key: str, unit: str) -> None:
    t, watcher = s.t, s.other(Role.SUPERVISION)
    t.may(Do.ANSWER_FINDING, s.cast.lead(unit), t.office(2, 12), text=s.why("finding_answer"), data={"key": key})
    established = s.rng.random() < 0.55
    t.do(Do.DECIDE_FINDING, watcher, t.office(4, 24), why=s.why("finding_yes" if established else "finding_no"),
         data={"key": key, "established": established})
    if established and s.rng.random() < 0.3:
        t.do(Do.REFER_FINDING, watcher, t.office(0.5, 4), data={"key": key})


def _struck(s: Story, unit: str) -> None:
    t, reason = s.t, s.rng.choice(("beyond_authority", "force_majeure"))
    data = {"unit": unit, "figures": ["closing"], "reason": reason}
    if not t.may(Do.ASK_STRIKE, s.cast.lead(unit), t.office(1, 8), why=s.why("strike"), data=data):
        return
    granted = s.rng.random() < 0.6
    t.do(Do.DECIDE_STRIKE, s.other(Role.QUALITY), t.office(2, 16), why=s.why("strike_yes" if granted else "strike_no"),
         data={"request": t.order.length, "granted": granted})


def _archived(s: Story) -> None:
    """归档, once nobody can reopen or object any more."""
    t, policy, add = s.t, s.t.rules.policy, s.t.rules.calendar.add
    order = t.order
    if order.state is State.REFUSED:
        t.may(Do.ARCHIVE, SYSTEM, add(order.refusals[-1].at, policy.object_within).at + HOUR)
    elif order.state in (State.CLOSED, State.TERMINATED, State.WITHDRAWN):
        closed = order.round.closed_at or t.now
        t.do(Do.ARCHIVE, SYSTEM, add(closed, policy.reopen_within).at + s.rng.uniform(1, 5) * HOUR)

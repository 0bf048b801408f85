"""What the needs of the table ask of an order and a wish: predicates over one case, no word to anybody.

Each is named by the fact it tells; `checks` says which need it serves and what is said where it does not hold.
"""

from __future__ import annotations

from workorders.life.acceptance import second_look
from workorders.life.case import Case, request_of
from workorders.life.confidential import level_of, units_named
from workorders.life.dues import barred_by
from workorders.life.order import FollowUp, GiveBack
from workorders.life.policy import Policy, sampled
from workorders.life.shapes import (
    Ending,
    HandedDown,
    Keyed,
    Longer,
    Merged,
    Offered,
    Raised,
    Reclassified,
    Refused,
    Rung,
    Said,
    Sent,
    Stopped,
    Struck,
)
from workorders.life.words import Confidentiality, Kind, Role, State


def unhappy(follow_up: FollowUp | None, policy: Policy) -> bool:
    """Tell whether the citizen said that it is not solved, or is as dissatisfied as policy names it."""
    if follow_up is None or follow_up.said_at is None:
        return False
    rating = follow_up.satisfaction
    return follow_up.solved is False or (rating is not None and rating <= policy.unhappy_at_most)


def named(case: Case) -> frozenset[str]:
    data = case.data
    if isinstance(data, Sent):
        return frozenset({data.unit, *data.joint})
    return frozenset({data.unit}) if isinstance(data, HandedDown | Offered) else frozenset()


def first_leads(case: Case) -> bool:
    first = case.order.first_responder
    return first in ("", case.take(Sent).unit) or first in case.order.matter.barred or bool(case.wish.why.strip())


def on_call_shown(case: Case) -> bool:
    sent = case.take(Sent)
    return not sent.on_call or bool(sent.call) or sent.unit == case.order.first_responder


def lead_is_barred(case: Case) -> bool:
    leading = case.order.leading
    return leading is not None and leading.unit in barred_by(case)


def keeps_kind(case: Case) -> bool:
    wish, matter = case.take(Reclassified), case.order.matter
    kind = matter.kind if wish.kind is None else wish.kind
    level = matter.confidentiality if wish.confidentiality is None else wish.confidentiality
    was = matter.kind is Kind.REPORT
    if wish.anonymous is False and matter.anonymous:
        return False
    return (kind is Kind.REPORT) == was and level >= matter.confidentiality and (
        was or level < Confidentiality.REPORT)


def joint_done(case: Case) -> bool:
    joint = (part for part in case.order.current() if part.part == "joint")
    return all(part.state is State.REPLIED or part.reply_due <= case.wish.at for part in joint)


def contacted(case: Case) -> bool:
    return case.order.matter.anonymous or case.held.contacted_at is not None


def earlier(case: Case) -> bool:
    above, unit = case.held, case.wish.by.unit
    mine = next((inner.due for inner in reversed(above.inner) if inner.unit == unit and unit != above.unit),
                above.reply_due)
    taken = {inner.unit for inner in above.inner if inner.replied_at is None}
    taken |= {part.unit for part in case.order.current()}
    wish = case.take(HandedDown)
    return case.wish.at < wish.due < mine and wish.unit not in taken


def within(case: Case, since: float, term_name: str) -> bool:
    return case.wish.at <= case.rules.calendar.add(since, getattr(case.policy, term_name)).at


def returns(case: Case) -> int:
    return sum(back.upheld is True and back.what == "return" and back.part == "lead"
               for back in case.order.give_backs)


def refused_here(case: Case) -> GiveBack | None:
    """Return the return or plea of this very part that was refused."""
    held = case.held
    return next((back for back in reversed(case.order.give_backs) if back.unit == held.unit
                 and back.upheld is False and back.asked_at >= held.dispatched_at), None)


def may_go_on(case: Case) -> bool:
    """Tell whether the duty leader may be asked: the office refused, or no return is left to be made."""
    spent = returns(case) >= case.policy.most_returns and case.held.unit != case.order.first_responder
    return spent or refused_here(case) is not None


def asked_in_time(case: Case) -> bool:
    refused = refused_here(case)
    since = case.held.dispatched_at if refused is None or refused.decided_at is None else refused.decided_at
    return within(case, since, "plead_within")


def pleaded_here(case: Case) -> bool:
    held = case.held
    return any(back.what == "plea" and back.unit == held.unit and back.asked_at >= held.dispatched_at
               for back in case.order.give_backs)


def _left(case: Case, most: int, used: int, of_promise: int) -> bool:
    """Tell whether one more fits the unit's cap and, where it moves the citizen's promise, that of the promise."""
    return used < most and (case.held.part == "joint" or of_promise < most)


def extensions_left(case: Case) -> bool:
    return _left(case, case.policy.most_extensions, case.held.extensions, case.order.round.extensions)


def pauses_left(case: Case) -> bool:
    return _left(case, case.policy.most_pauses, len(case.held.pauses), case.order.round.pauses)


def extension_fits(case: Case) -> bool:
    first, more = case.held.terms.reply, case.take(Longer).term
    return more.unit is first.unit and more.amount <= first.amount


def pause_fits(case: Case) -> bool:
    until = case.take(Stopped).until
    return case.wish.at < until <= case.rules.calendar.add(case.wish.at, case.policy.longest_pause).at


def runs(case: Case) -> bool:
    """Tell whether the clock of the part meant, else of the lead, is not paused."""
    part = case.part or case.order.leading
    return part is None or not part.paused(case.wish.at)


def spoken_to(case: Case) -> bool:
    told = case.order.follow_up
    return case.take(Said).via != "call" or (told is not None and told.reached)


def handled(case: Case) -> frozenset[str]:
    """Return the units that had any part in it."""
    return frozenset(unit for part in case.order.assignments for unit in units_named(part))


def key_is_own(case: Case) -> bool:
    return case.take(Raised).key.startswith("person:") != (case.wish.by.role is Role.SYSTEM)


def followed_up(case: Case) -> bool:
    told = case.order.follow_up
    return told is not None and (told.said_at is not None or told.reached
                                 or told.calls >= case.policy.calls_to_reach)


def not_sampled(case: Case) -> bool:
    order = case.order
    return (order.matter.anonymous and order.matter.channel != "phone") or not sampled(
        order.number, "follow_up", case.policy.follow_up_share)


def again_in_time(case: Case) -> bool:
    again = getattr(case.data, "again", None)
    if isinstance(case.data, Ending) and case.data.ending == "terminate":
        return again is None
    latest = case.rules.calendar.add(case.wish.at, case.policy.longest_shelving).at
    return again is not None and case.wish.at < again <= latest


def ending_is(case: Case, ending: str) -> bool:
    asked = case.order.pending("ending")
    return asked is not None and asked.detail == ending


def same_secrecy(case: Case) -> bool:
    wish, matter = case.take(Merged), case.order.matter
    return (wish.into != case.order.number and not matter.is_report
            and wish.secrecy == level_of(case.order) < Confidentiality.REPORT)


def objection_over(case: Case) -> bool:
    refusal = case.order.refusals[-1]
    looked = bool(refusal.seconded_by) or not second_look(
        case.order.number, case.policy.refusal_review_share, objected=refusal.objected_at is not None)
    return looked and not within(case, refusal.at, "object_within")


def strike_is_own(case: Case) -> bool:
    by = case.wish.by
    return not by.of_unit or case.take(Struck).unit == by.unit


def finding_state(case: Case, *, established: bool) -> bool:
    finding = case.order.finding(case.data.key) if isinstance(case.data, Keyed) or hasattr(case.data, "key") else None
    if finding is None:
        return False
    return finding.established is True and finding.referred_at is None if established else finding.decided_at is None


def our_finding(case: Case) -> bool:
    finding = case.order.finding(case.take(Keyed).key)
    return finding is not None and finding.unit == case.wish.by.unit


def ended_at(case: Case) -> float:
    """Return when the citizen had the result: the close, or the answer on the spot."""
    now = case.order.round
    return next((at for at in (now.closed_at, now.answered_at) if at is not None), case.order.last_at)


def joint(case: Case) -> bool:
    return case.part is not None and case.part.part == "joint"


def overturned(case: Case) -> bool:
    ground = case.take(Refused).ground.value
    return any(refusal.overturned and refusal.ground == ground for refusal in case.order.refusals)


def raiser(case: Case) -> str:
    finding = case.order.finding(str(getattr(case.data, "key", "")))
    return finding.by if finding else ""


def dispatcher(case: Case) -> str:
    return case.held.dispatched_by


def asker(case: Case) -> str:
    request = request_of(case)
    return request.by if request else ""


def offered(case: Case) -> bool:
    offer = case.order.pending("lead")
    mine = case.order.part_of(case.wish.by.unit)
    return (offer is not None and offer.detail == case.wish.by.unit
            and (mine is None or mine.state is not State.RETURNED))


def rung_key(case: Case) -> tuple[str, str, str, float]:
    """Return what makes a step of the ladder count once."""
    rung = case.take(Rung)
    return (case.wish.do.value, rung.clock, rung.whom, rung.due)

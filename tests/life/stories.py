"""Short lives that between them go by every row of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.life.lives import (
    ADMIN,
    AGENT,
    CITIZEN,
    CLIENT,
    DEFAULT,
    DEPUTY,
    DUTY,
    HOUSING,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    OTHER_AGENT,
    QUALITY,
    STREET,
    STREET_LEAD,
    SUPERVISION,
    SYSTEM,
    WATER_LEAD,
    Life,
    report,
    when,
)
from workorders.life.calendar import Term, Unit
from workorders.life.policy import BringRule, Policy, When
from workorders.life.words import Do, Kind

FIVE_DAYS = Term(amount=5, unit=Unit.WORKING_DAYS).model_dump(mode="json")
PHOTOGRAPHED = replace(DEFAULT, policy=Policy(bring=(
    BringRule(name="整改后的照片", when=When(kinds=(Kind.COMPLAINT,)), media=("picture",)),)))
FILE = {"id": "att-0123456789abcdef", "media_type": "image/jpeg", "sha256": "0" * 64}
SLEEPY = replace(DEFAULT, policy=Policy(follow_up_share=0.0))


def plain() -> None:
    life = Life().do(Do.CLASSIFY, AGENT, urgency=1).do(Do.NOTE, AGENT).do(Do.RATE, SYSTEM, value=5)
    life.do(Do.URGE, CITIZEN).do(Do.RECKON_ANEW, ADMIN).closed()
    life.do(Do.ARCHIVE, SYSTEM, at="2026-06-01 09:00").do(Do.REOPEN, DUTY).do(Do.SUBMIT, OFFICE)


def on_the_spot() -> None:
    Life({"kind": "inquiry"}).do(Do.ANSWER, AGENT).do(Do.CLOSE, AGENT).do(Do.REOPEN, CITIZEN).dispatched()


def refused() -> None:
    life = Life().do(Do.REFUSE, AGENT, ground="litigation", refusal="R1").do(Do.CONFIRM_REFUSAL, QUALITY)
    life.do(Do.OBJECT, CITIZEN).do(Do.CONFIRM_REFUSAL, OFFICE).do(Do.ARCHIVE, SYSTEM, at="2026-04-20 09:00")
    life = Life().do(Do.REFUSE, AGENT, ground="petition", refusal="R1").do(Do.OVERTURN_REFUSAL, QUALITY).dispatched()
    life.do(Do.RETURN, HOUSING_LEAD, ground="规定").do(Do.UPHOLD_RETURN, OFFICE2)
    life.do(Do.REFUSE, OFFICE2, ground="litigation", refusal="R2")


def signed_by_a_leader() -> None:
    life = Life(report(), first_responder="water").do(Do.SUBMIT, AGENT).do(Do.SEND_BACK, DUTY).do(Do.SUBMIT, AGENT)
    life.do(Do.ENDORSE, DUTY).do(Do.DISPATCH, OFFICE, unit="water", on_call=True).do(Do.SIGN_FOR, SYSTEM)
    life.do(Do.NAME_PERSON, DUTY, person="du").do(Do.UNMASK, SUPERVISION, field="number")
    Life().do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY).do(Do.CLASSIFY, AGENT, tags=["major"]).do(Do.SUBMIT, AGENT)
    Life(report()).do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DEPUTY, at="2026-03-03 17:00")
    Life(report()).do(Do.SUBMIT, AGENT).do(Do.SEND_BACK, DEPUTY, at="2026-03-03 17:00")
    Life(report()).do(Do.SUBMIT, AGENT).do(Do.CLASSIFY, AGENT, urgency=2).do(Do.DISPATCH, AGENT, unit="water")


def protected() -> None:
    Life().do(Do.PROTECT, AGENT, units=["housing"])
    Life().dispatched().do(Do.PROTECT, AGENT, units=["housing"])
    Life().do(Do.MERGE, OFFICE, into="2026-0301-0001").do(Do.PROTECT, AGENT, units=["housing"])


def elsewhere() -> None:
    life = Life().do(Do.HAND_OVER, AGENT, platform="110", reference="110-7").do(Do.HAND_BACK, CLIENT)
    life.do(Do.HAND_OVER, AGENT, platform="110", reference="110-8")
    life.do(Do.RESULT_BACK, CLIENT, platform="110", reference="110-8")


def handed_down() -> None:
    life = Life().dispatched().handling().do(Do.PROGRESS, HOUSING)
    life.do(Do.HAND_DOWN, HOUSING_LEAD, unit="street", due=when("2026-03-05 17:30"))
    life.do(Do.HAND_DOWN, STREET_LEAD, unit="village", due=when("2026-03-04 17:30")).do(Do.INNER_REPLY, STREET)
    life.do(Do.REPLY, HOUSING_LEAD, solved=True).do(Do.REWORK, OFFICE)
    Life().dispatched().do(Do.SIGN_FOR, HOUSING).do(Do.CONTACT, HOUSING, reached=True).do(
        Do.REPLY, HOUSING_LEAD, solved=True)


def jointly() -> None:
    life = Life().dispatched(joint=["water"]).do(Do.SIGN_FOR, WATER_LEAD).do(Do.REPLY, WATER_LEAD, solved=True)
    life.do(Do.ADD_JOINT, OFFICE, unit="street").do(Do.RETURN, STREET_LEAD, ground="规定")
    life.do(Do.UPHOLD_RETURN, OFFICE2, about="street").do(Do.RELEASE_JOINT, OFFICE, about="water")


def with_a_photograph() -> None:
    life = Life({"kind": "complaint"}, rules=PHOTOGRAPHED).dispatched(joint=["water"]).do(Do.SIGN_FOR, WATER_LEAD)
    life.do(Do.NOTE, WATER_LEAD, file=FILE).do(Do.REPLY, WATER_LEAD, solved=True)
    life.do(Do.NOTE, HOUSING, file=FILE).replied().do(Do.REWORK, OFFICE2)
    life.do(Do.NOTE, HOUSING, file=FILE).do(Do.REPLY, HOUSING_LEAD, solved=True)
    life = Life({"kind": "complaint"}, rules=PHOTOGRAPHED).dispatched().do(Do.SIGN_FOR, HOUSING_LEAD)
    life.do(Do.CONTACT, HOUSING_LEAD, reached=True, call="c").do(Do.NOTE, HOUSING, file=FILE)
    life.do(Do.REPLY, HOUSING_LEAD, solved=True)


def given_back() -> None:
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="规定").do(Do.REFUSE_RETURN, OFFICE2)
    life.do(Do.ASK_ARBITRATION, HOUSING_LEAD).do(Do.ARBITRATE_KEEP, DUTY)
    life = Life(first_responder="housing").dispatched(on_call=True)
    life.do(Do.PLEAD, HOUSING_LEAD, ground="规定").do(Do.REFUSE_PLEA, OFFICE2)
    life = Life(first_responder="housing").dispatched(on_call=True)
    life.do(Do.PLEAD, HOUSING_LEAD, ground="规定").do(Do.UPHOLD_PLEA, OFFICE2).do(Do.REDISPATCH, OFFICE, unit="water")
    life.do(Do.REDISPATCH, OFFICE, unit="street").do(Do.RETURN, STREET_LEAD, ground="规定")
    life.do(Do.ASK_ARBITRATION, OFFICE).do(Do.ARBITRATE_MOVE, DUTY, unit="water")
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="规定").do(Do.UPHOLD_RETURN, OFFICE2)
    life.do(Do.ASK_ARBITRATION, OFFICE).do(Do.ARBITRATE_MOVE, DUTY, unit="water")


def lead_handed_over() -> None:
    life = Life().dispatched().handling().do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water").do(Do.DECLINE_LEAD, WATER_LEAD)
    life.do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water").do(Do.ACCEPT_LEAD, WATER_LEAD)


def put_off() -> None:
    life = Life().dispatched().handling().do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)
    life.do(Do.REFUSE_EXTENSION, OFFICE).do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)
    life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True)
    until = {"until": when("2026-03-10 09:00"), "cause": "season"}
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until).do(Do.REFUSE_PAUSE, OFFICE).do(Do.ASK_PAUSE, HOUSING_LEAD, **until)
    life.do(Do.APPROVE_PAUSE, OFFICE, **until).do(Do.RESUME, HOUSING)


def ended_another_way() -> None:
    life = Life().reopened().do(Do.ASK_ENDING, OFFICE, ending="terminate").do(Do.REFUSE_ENDING, DUTY)
    life.do(Do.ASK_ENDING, OFFICE, ending="shelve", again=when("2026-04-01 09:00")).do(Do.SHELVE, DUTY)
    life.do(Do.REVISIT, DUTY, again=when("2026-05-06 09:00")).do(Do.REOPEN, OFFICE).dispatched().handling()
    life.do(Do.ASK_ENDING, HOUSING_LEAD, ending="terminate").do(Do.TERMINATE, DUTY).do(Do.ARCHIVE, SYSTEM)
    life = Life().reopened().dispatched().replied().follow_up().asked(solved=True, call="c-2")
    life.do(Do.CLOSE, DUTY)


def without_follow_up() -> None:
    Life(rules=SLEEPY).dispatched().replied().do(Do.PASS, OFFICE2).do(Do.CLOSE, OFFICE)


def merged() -> None:
    life = Life().do(Do.MERGE, OFFICE, into="2026-0301-0001").do(Do.UNMERGE, OFFICE)
    life.do(Do.MERGE, OFFICE, into="2026-0301-0001").do(Do.MAIN_ANSWERED, SYSTEM, unit="water")
    Life().dispatched().do(Do.MERGE, OFFICE, into="2026-0301-0001")
    Life().do(Do.WITHDRAW, OTHER_AGENT, evidence="c-9").do(Do.REOPEN, AGENT)


def watched() -> None:
    life = Life().dispatched()
    for do in (Do.REMIND, Do.PRESS, Do.SUPERVISE, Do.ESCALATE):
        life.do(do, SYSTEM, clock="sign", whom="unit:housing", due=life.now)
    life.do(Do.PHONE_UNANSWERED, SYSTEM, unit="housing")
    life.do(Do.RAISE_FINDING, SYSTEM, key="inaction:housing:sign:1", kind="inaction", unit="housing")
    life.do(Do.RAISE_FINDING, QUALITY, key="person:1", kind="wrong", unit="housing")
    life.do(Do.ANSWER_FINDING, HOUSING_LEAD, key="person:1")
    life.do(Do.DECIDE_FINDING, SUPERVISION, key="person:1", established=True)
    life.do(Do.REFER_FINDING, SUPERVISION, key="person:1")
    life.do(Do.ASK_STRIKE, HOUSING_LEAD, unit="housing", figures=["signing"], reason="force_majeure")
    life.do(Do.DECIDE_STRIKE, QUALITY, request=len(life.acts), granted=True)


STORIES: tuple[Callable[[], None], ...] = (
    plain, on_the_spot, refused, signed_by_a_leader, protected, elsewhere, handed_down, jointly, with_a_photograph,
    given_back,
    lead_handed_over, put_off, ended_another_way, without_follow_up, merged, watched)

"""What each act carries besides its reason and text: one small shape per verb, checked before anything is decided."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from workorders.life.acceptance import Ground
from workorders.life.acts import Json
from workorders.life.calendar import Term
from workorders.life.errors import BadContent
from workorders.life.matters import Classification, Matter, Name, Place, Strict, UnitId
from workorders.life.words import Asker, Confidentiality, Do, Kind, Urgency

Key = Annotated[str, StringConstraints(max_length=200)]
Moment = Annotated[float, Field(ge=0, lt=10_000_000_000)]  # epoch seconds
Seq = Annotated[int, Field(ge=1, le=1_000_000)]  # of an act
FindingKind = Literal["inaction", "slow", "sham", "buck_passing", "wrong"]
StrikeReason = Literal["force_majeure", "beyond_authority", "policy_limit", "malicious", "duplicate", "wrong_unit"]
Figure = Literal["response", "solution", "satisfaction", "signing", "closing"]


class Nothing(Strict):
    """No data."""


class Accepted(Strict):
    """受理. `first_responder`: the unit that was with the citizen; `provisional`: accepted for another platform."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    matter: Matter = Matter()
    first_responder: UnitId | None = None
    provisional: bool = False
    call: Key = ""
    content: Key = ""  # digest of names, numbers and text, which are kept elsewhere


class Reclassified(Strict):
    """What changes; None stays. Kind and secrecy of a report are not made here but by PROTECT.

    `unsigned`, from the rules: a leader signed for something else, and that signature lapses.
    """

    kind: Kind | None = None
    urgency: Urgency | None = None
    classification: Classification | None = None
    place: Place | None = None
    asker: Asker | None = None
    anonymous: bool | None = None
    confidentiality: Confidentiality | None = None
    tags: tuple[Name, ...] | None = Field(default=None, max_length=20)
    unsigned: bool = False


class Protected(Strict):
    """The units complained of, none while that is unknown; `kept_from`, those under them, comes from the rules.

    `unsigned` as in Reclassified.
    """

    units: tuple[UnitId, ...] = Field(default=(), max_length=20)
    kept_from: tuple[UnitId, ...] = Field(default=(), max_length=500)
    unsigned: bool = False


class FileAdded(Strict):
    """A file that the keeper has: its id, what its bytes are, and their digest."""

    id: Annotated[str, StringConstraints(pattern=r"^att-[0-9a-f]{16}$")]
    media_type: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Noted(Strict):
    """备注. `file`: the note says that this file was added; machines write it, and it is held against the file."""

    file: FileAdded | None = None


class Refused(Strict):
    """The lawful ground, what the call-taker found, and the number the citizen is given."""

    ground: Ground
    refusal: Key = Field(min_length=1)
    agency: bool = True  # some agency has a duty in it
    new_reasons: bool = False


class Sent(Strict):
    """派单, 改派, 裁定. `on_call`: the unit was in the call `call` and has heard the citizen itself."""

    unit: UnitId
    joint: tuple[UnitId, ...] = Field(default=(), max_length=20)
    on_call: bool = False
    call: Key = ""


class HandedDown(Strict):
    """转办 inside; `due` is the inner deadline."""

    unit: UnitId
    due: Moment


class Contacted(Strict):
    """How the citizen was contacted and whether they were reached."""

    reached: bool
    call: Key = ""


class Claimed(Strict):
    """办结: what the unit says came of it. `solved` is its word; the citizen is asked."""

    solved: bool


class GivenBack(Strict):
    """退单, 派错申诉: whose duty it is instead, and by which rule (law, three-fixings document)."""

    ground: Key = Field(min_length=2)
    proper: UnitId | None = None


class Offered(Strict):
    """移交主办: to whom; `stay`: the old lead remains as a joint unit."""

    unit: UnitId
    stay: bool = True


class Longer(Strict):
    """By how much; the citizen has been told."""

    term: Term
    told_citizen: bool = False


class Stopped(Strict):
    """Until when, and for which of the fixed causes."""

    until: Moment
    cause: Literal["citizen_material", "season", "inspection", "court", "construction"]


class Tried(Strict):
    """A call to the citizen. Only one with a call key was made through the platform and counts."""

    reached: bool
    call: Key = ""


class Said(Strict):
    """回访: None is a non-answer and stays one."""

    solved: bool | None = None
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    contacted: bool | None = None  # whether the unit really spoke to them
    via: Literal["call", "sms", "web"] = "call"


class Rated(Strict):
    """即时评价 of the reception; `missing` says why there is none."""

    value: Annotated[int, Field(ge=1, le=5)] | None = None
    missing: Literal["", "hung_up", "no_key", "not_asked"] = ""


class Ending(Strict):
    """挂账 (with the day it is looked at again) or 终结."""

    ending: Literal["shelve", "terminate"]
    again: Moment | None = None


class Again(Strict):
    """When a shelved order is looked at again."""

    again: Moment


class Merged(Strict):
    """Number of the order that carries on, and that order's matter as the caller read it."""

    into: Key = Field(min_length=1)
    secrecy: Confidentiality = Confidentiality.OPEN


class Withdrawn(Strict):
    """Where the citizen's own word can be heard or read: call key or message id."""

    evidence: Key = Field(min_length=1)


class Elsewhere(Strict):
    """The other platform and its reference."""

    platform: Name = Field(min_length=1)
    reference: Key = ""


class MainAnswered(Strict):
    """主单已答复: the unit whose answer it is, so that this citizen's judgement counts for it too."""

    unit: UnitId | None = None


class Missed(Strict):
    """A duty phone that did not answer."""

    unit: UnitId
    call: Key = ""


class Rung(Strict):
    """Which clock of whom the step of the ladder is about."""

    clock: Name
    whom: Key
    due: Moment


class Raised(Strict):
    """疑似: `key` makes it count once; `evidence` are seqs of acts."""

    key: Key = Field(min_length=1)
    kind: FindingKind
    unit: UnitId
    evidence: tuple[Seq, ...] = Field(default=(), max_length=100)


class Keyed(Strict):
    """Which finding."""

    key: Key = Field(min_length=1)


class Decided(Strict):
    """A person's decision on a finding."""

    key: Key = Field(min_length=1)
    established: bool


class Struck(Strict):
    """剔除: from which figures of which unit, for which of the fixed reasons."""

    unit: UnitId
    figures: tuple[Figure, ...] = Field(min_length=1, max_length=5)
    reason: StrikeReason


class StrikeDecided(Strict):
    """The independent decision on the request `request` (its seq)."""

    request: int = Field(ge=1)
    granted: bool


class Unmasked(Strict):
    """What was looked at."""

    field: Literal["number", "name", "recording", "history"]


class Named(Strict):
    """A person who may know."""

    person: Key = Field(min_length=1)


SHAPES: dict[Do, type[Strict]] = {
    Do.ACCEPT: Accepted, Do.NOTE: Noted, Do.CLASSIFY: Reclassified, Do.PROTECT: Protected, Do.REFUSE: Refused,
    Do.DISPATCH: Sent,
    Do.REDISPATCH: Sent, Do.ARBITRATE_MOVE: Sent, Do.ADD_JOINT: Sent, Do.HAND_DOWN: HandedDown,
    Do.CONTACT: Contacted, Do.REPLY: Claimed, Do.RETURN: GivenBack, Do.PLEAD: GivenBack, Do.OFFER_LEAD: Offered,
    Do.ASK_EXTENSION: Longer, Do.APPROVE_EXTENSION: Longer, Do.ASK_PAUSE: Stopped, Do.APPROVE_PAUSE: Stopped,
    Do.TRY_CITIZEN: Tried, Do.CITIZEN_SAYS: Said, Do.RATE: Rated, Do.ASK_ENDING: Ending, Do.REVISIT: Again,
    Do.MERGE: Merged, Do.WITHDRAW: Withdrawn, Do.HAND_OVER: Elsewhere, Do.RESULT_BACK: Elsewhere,
    Do.MAIN_ANSWERED: MainAnswered,
    Do.REMIND: Rung, Do.PRESS: Rung, Do.SUPERVISE: Rung, Do.ESCALATE: Rung, Do.PHONE_UNANSWERED: Missed,
    Do.RAISE_FINDING: Raised, Do.ANSWER_FINDING: Keyed, Do.DECIDE_FINDING: Decided, Do.REFER_FINDING: Keyed,
    Do.ASK_STRIKE: Struck, Do.DECIDE_STRIKE: StrikeDecided, Do.UNMASK: Unmasked, Do.NAME_PERSON: Named,
}


_MOST_FAULTS = 5
_CHINESE_FAULT = {  # the commonest of pydantic's; {…} are its own figures
    "missing": "缺少", "extra_forbidden": "没有这一项", "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字", "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项", "less_than_equal": "不能大于 {le}", "less_than": "必须小于 {lt}",
    "greater_than_equal": "不能小于 {ge}", "string_pattern_mismatch": "只能用字母、数字、点、横线和下划线",
    "string_unicode": "不是有效的 UTF-8 文字", "enum": "只能是 {expected}", "literal_error": "只能是 {expected}",
    "int_parsing": "应为整数", "int_type": "应为整数", "int_from_float": "应为整数", "float_type": "应为数字",
    "float_parsing": "应为数字", "string_type": "应为文字", "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false", "model_type": "应为一组字段", "tuple_type": "应为列表",
    "finite_number": "应为有限的数",
}


def _fault(error: ErrorDetails) -> str:
    """Return one fault as people read it; a name that somebody made up is cut short."""
    where = ".".join(str(part)[:40] for part in error["loc"]) or "data"
    said = _CHINESE_FAULT.get(error["type"])
    return f"{where}：{said.format_map(error.get('ctx', {})) if said else error['msg'][:200]}"


def shape(do: Do, data: Json) -> Strict:
    """Return the checked data of an act. Raises BadContent with the place of each fault."""
    try:
        return SHAPES.get(do, Nothing).model_validate(data)
    except ValidationError as error:
        faults = "；".join(_fault(one) for one in error.errors()[:_MOST_FAULTS])
        raise BadContent(f"{do.value} 的内容有误：{faults}", "按接口说明改正后重发") from error

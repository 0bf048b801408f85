"""要情专报: a report of important matters. Drafted, signed by the leader on duty, sent, receipted by each receiver.

One table of steps and an append-only history, each entry sealed to the one before (the same digests as orders'
histories); folded, it is the report. Nobody signs what they wrote; what was signed is sent as it was signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from workorders.life.acts import Actor
from workorders.life.errors import BadContent, BrokenHistory, LifeError, NeedsMore, NotYours, WrongStep
from workorders.life.history import SHA256, Digest, digest_named
from workorders.life.matters import Strict
from workorders.life.texts import check_text
from workorders.life.words import UNIT_ROLES, Role

TEXT_LIMIT = 20_000


class At(StrEnum):
    """Where a report is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    SENT = "sent"
    RECEIPTED = "receipted"  # by all
    WITHDRAWN = "withdrawn"


class Deed(StrEnum):
    """What is done with it."""

    WRITE = "write"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    SIGN = "sign"
    SEND = "send"
    RECEIPT = "receipt"
    WITHDRAW = "withdraw"


CHINESE_AT = dict(zip(At, ("起草", "送签", "已签发", "已报送", "均已签收", "已撤销"), strict=True))
CHINESE_DEED = dict(zip(Deed, ("起草", "送签", "退回修改", "签发", "报送", "签收", "撤销"), strict=True))
_WRITERS = frozenset({Role.BACK_OFFICE, Role.TEAM_LEADER})
_SIGNERS = frozenset({Role.DUTY_LEADER, Role.DEPUTY})
_ANYBODY = frozenset(Role) - {Role.CITIZEN, Role.API_CLIENT, Role.SYSTEM}
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,60}$")]


class Words(Strict):
    """The report itself. `receivers`: ids of persons, or of units any of whose people may receipt."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LIMIT)]
    receivers: tuple[Id, ...] = Field(min_length=1, max_length=50)
    orders: tuple[Id, ...] = Field(default=(), max_length=200)


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table. `frm` None: there is no report yet."""

    frm: At | None
    deed: Deed
    to: At
    who: frozenset[Role]
    reason: bool = False
    why: str = ""


STEPS = (
    Step(None, Deed.WRITE, At.DRAFT, _WRITERS),
    Step(At.DRAFT, Deed.WRITE, At.DRAFT, _WRITERS),
    Step(At.DRAFT, Deed.SUBMIT, At.SUBMITTED, _WRITERS),
    Step(At.SUBMITTED, Deed.SEND_BACK, At.DRAFT, _SIGNERS, reason=True),
    Step(At.SUBMITTED, Deed.SIGN, At.SIGNED, _SIGNERS),
    Step(At.SIGNED, Deed.SEND, At.SENT, _WRITERS),
    Step(At.SENT, Deed.RECEIPT, At.SENT, _ANYBODY, why="RECEIPTED once the last receiver has"),
    Step(At.DRAFT, Deed.WITHDRAW, At.WITHDRAWN, _WRITERS, reason=True),
    Step(At.SUBMITTED, Deed.WITHDRAW, At.WITHDRAWN, _WRITERS, reason=True),
    Step(At.SIGNED, Deed.WITHDRAW, At.WITHDRAWN, _SIGNERS, reason=True, why="what a leader signed only a leader stops"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history; never changed."""

    seq: int
    at: float
    deed: Deed
    by: str
    role: Role
    unit: str
    to: At
    why: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    previous: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report now. `receipts`: receiver → (who, when)."""

    at: At
    words: Words
    written_by: frozenset[str]
    written_at: float
    signed_by: str = ""
    signed_at: float | None = None
    sent_at: float | None = None
    receipts: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    length: int = 0
    head: str = ""
    last_at: float = 0.0

    @property
    def owing(self) -> tuple[str, ...]:
        """Return the receivers who have not receipted."""
        return tuple(one for one in self.words.receivers if one not in self.receipts)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to do. `words` only to write; `receiver` only to receipt."""

    deed: Deed
    by: Actor
    at: float
    why: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)


def decide(report: Report | None, wanted: Wanted, digest: Digest = SHA256) -> Entry:
    """Return the sealed entry that the wish becomes. Raises LifeError and changes nothing."""
    step = _step(report, wanted)
    check_text("理由", wanted.why, TEXT_LIMIT)
    if step.reason and not wanted.why.strip():
        raise NeedsMore("没有写理由", "写明理由后再提交")
    words = _words(wanted) if wanted.deed is Deed.WRITE else {}
    to = step.to
    if report is not None:
        _personal(report, wanted)
        if wanted.at < report.last_at:
            raise BadContent("时间早于上一步，历史只能向后写", "核对服务器时钟后重发")
        if wanted.deed is Deed.RECEIPT and report.owing == _receiver(report, wanted.by):
            to = At.RECEIPTED
    entry = Entry(report.length + 1 if report else 1, wanted.at, wanted.deed, wanted.by.id, wanted.by.role,
                  wanted.by.unit, to, wanted.why, words, report.head if report else "")
    return replace(entry, digest=seal_of(entry, digest))


def possible(report: Report | None, offices: Sequence[Actor], now: float) -> tuple[Deed, ...]:
    """Return what somebody who holds these offices may do with it now, in the order of the steps."""
    at = max(now, report.last_at if report else 0.0)
    return tuple(deed for deed in Deed if any(_may(report, Wanted(deed, by, at, "x")) for by in offices))


def _may(report: Report | None, wanted: Wanted) -> bool:
    try:
        _step(report, wanted)
        if report is not None:
            _personal(report, wanted)
    except LifeError:
        return False
    return True


def _step(report: Report | None, wanted: Wanted) -> Step:
    frm = report.at if report else None
    rows = [step for step in STEPS if step.frm is frm and step.deed is wanted.deed]
    if not rows:
        where = CHINESE_AT[frm] if frm else "没有专报"
        raise WrongStep(f"专报现在是“{where}”，不能{CHINESE_DEED[wanted.deed]}", "看专报当前状态")
    fits = next((step for step in rows if wanted.by.role in step.who), None)
    if fits is None:
        raise NotYours(f"“{CHINESE_DEED[wanted.deed]}”不由你办理", "请有权的人办理")
    return fits


def _words(wanted: Wanted) -> dict[str, Any]:
    try:
        words = Words.model_validate(dict(wanted.words))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BadContent(f"专报内容有误：{faults}", "按接口说明改正后重发") from error
    check_text("标题", words.title, TEXT_LIMIT)
    check_text("正文", words.text, TEXT_LIMIT)
    return words.model_dump(mode="json")


def _personal(report: Report, wanted: Wanted) -> None:
    if wanted.deed is Deed.SIGN and wanted.by.id in report.written_by:
        raise NotYours("专报是你写的，须由另一人签发", "请值班领导签发")
    if wanted.deed is Deed.RECEIPT and not _receiver(report, wanted.by):
        raise NotYours("专报没有报送给你，或你方已签收", "核对专报编号")


def _receiver(report: Report, by: Actor) -> tuple[str, ...]:
    """Return for whom somebody may receipt: themselves, or their unit; nobody twice."""
    mine = {by.id, by.unit} if by.role in UNIT_ROLES else {by.id}
    return tuple(one for one in report.owing if one in mine and one)[:1]


def seal_of(entry: Entry, digest: Digest) -> str:
    """Return the seal an entry must have after `previous`."""
    body = plain(entry)
    del body["digest"]
    return digest(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as plain data for storage or the wire."""
    body = asdict(entry)
    whole = float(entry.at).is_integer()
    return {**body, "deed": entry.deed.value, "role": entry.role.value, "to": entry.to.value,
            "at": int(entry.at) if whole else entry.at}


def entry_from(data: Mapping[str, Any]) -> Entry:
    """Read an entry back. Raises BrokenHistory when it is none."""
    try:
        return Entry(**{**data, "deed": Deed(data["deed"]), "role": Role(data["role"]), "to": At(data["to"])})
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenHistory(f"这一步的记录不完整：{error}", "查专报历史") from error


def apply(report: Report | None, entry: Entry) -> Report:
    """Return the report after an entry. Raises BrokenHistory for one that does not follow."""
    if entry.seq != (report.length + 1 if report else 1) or entry.previous != (report.head if report else ""):
        raise BrokenHistory(f"第 {entry.seq} 步接不上", "查专报历史")
    if entry.deed is Deed.WRITE:
        words = Words.model_validate(dict(entry.words))
        writers = (report.written_by if report else frozenset()) | {entry.by}
        first = report.written_at if report else entry.at
        return _sealed(Report(entry.to, words, writers, first), entry)
    if report is None:
        raise BrokenHistory("历史不从起草开始", "查专报历史")
    return _sealed(_moved(report, entry), entry)


def _moved(report: Report, entry: Entry) -> Report:
    report = replace(report, at=entry.to)
    if entry.deed is Deed.SIGN:
        return replace(report, signed_by=entry.by, signed_at=entry.at)
    if entry.deed is Deed.SEND:
        return replace(report, sent_at=entry.at)
    if entry.deed is Deed.RECEIPT:
        whose = _receiver(report, Actor(entry.by, entry.role, entry.unit))
        return replace(report, receipts={**report.receipts, **{one: (entry.by, entry.at) for one in whose}})
    return report


def _sealed(report: Report, entry: Entry) -> Report:
    return replace(report, length=entry.seq, head=entry.digest, last_at=entry.at)


def fold(entries: Iterable[Entry]) -> Report:
    """Fold a history. Raises BrokenHistory when it is empty or does not hang together."""
    report: Report | None = None
    for entry in entries:
        report = apply(report, entry)
    if report is None:
        raise BrokenHistory("历史是空的", "核对专报编号")
    return report


def broken_at(entries: Sequence[Entry]) -> int:
    """Return the seq of the first entry that was changed afterwards, 0 when all hold."""
    previous = ""
    for place, entry in enumerate(entries, start=1):
        named = digest_named(entry.digest.partition(":")[0] or "sha256")
        if entry.seq != place or entry.previous != previous or seal_of(entry, named) != entry.digest:
            return place
        previous = entry.digest
    return 0

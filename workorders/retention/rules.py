"""The rules: each names what goes, after how many days, from which event, for which orders, and on what ground.

The seed's are a proposal to be decided on, not law: 个人信息保护法 (第十九条: no longer than the purpose needs;
第四十七条: erased when it is reached) asks each city to set its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field, ValidationError, field_validator
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.keeping.tables import RuleVersion
from workorders.life.errors import BadContent
from workorders.life.matters import Name, Strict
from workorders.life.words import Kind

RETENTION = "retention"  # kind of rule_version
DAY = 86_400.0
SHORTEST = {"recording": 90, "order_words": 30, "history_words": 30, "attachment": 30, "call_words": 30}


class What(StrEnum):
    """What a rule erases."""

    RECORDING = "recording"  # the sound of a call; its record says that it was erased, and by which rule
    ORDER_WORDS = "order_words"  # an order's text, address, name and number, and what citizens' forms added
    HISTORY_WORDS = "history_words"  # those, and reasons and texts of its history; seals stay valid
    ATTACHMENT = "attachment"  # the bytes of an order's files
    CALL_WORDS = "call_words"  # number and appeals in a call's record, and the facts it was made of


class Event(StrEnum):
    """From when the days are counted."""

    CALL_ENDED = "call_ended"
    CLOSED = "closed"
    ARCHIVED = "archived"


CHINESE_WHAT = {What.RECORDING: "录音", What.ORDER_WORDS: "工单文字和个人信息", What.HISTORY_WORDS: "工单及历史文字",
                What.ATTACHMENT: "附件", What.CALL_WORDS: "通话记录中的号码和内容"}
CHINESE_EVENT = {Event.CALL_ENDED: "通话结束", Event.CLOSED: "结案", Event.ARCHIVED: "归档"}
_OF_CALLS = frozenset({What.RECORDING, What.CALL_WORDS})


class Rule(Strict):
    """One rule. `kinds` empty: orders of every kind; it has no meaning for calls."""

    name: Name = Field(min_length=1)
    what: What
    after_days: int = Field(ge=1, le=36_500)
    event: Event
    kinds: tuple[Kind, ...] = ()
    ground: str = Field(min_length=2, max_length=200)

    def due(self, since: float) -> float:
        """Return when what began at `since` may go."""
        return since + self.after_days * DAY

    def cut(self, now: float) -> float:
        """Return the moment before which it must have happened for it to go now."""
        return now - self.after_days * DAY


class RuleSet(Strict):
    """All rules."""

    rules: tuple[Rule, ...] = Field(max_length=50)

    @field_validator("rules")
    @classmethod
    def _fit_together(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        names = [rule.name for rule in rules]
        if len(set(names)) != len(names):
            raise ValueError("two rules have the same name")
        for rule in rules:
            if (rule.what in _OF_CALLS) != (rule.event is Event.CALL_ENDED):
                raise ValueError(f"{rule.name}: {rule.what.value} is not counted from {rule.event.value}")
            if rule.after_days < SHORTEST[rule.what.value]:
                raise ValueError(f"{rule.name}: {rule.what.value} is kept at least {SHORTEST[rule.what.value]} days")
        return rules


_GROUND = "个人信息保护法第十九条：保存期限应当为实现处理目的所必要的最短时间（年限由城市确定）"
PROPOSED = RuleSet(rules=(
    Rule(name="录音两年", what=What.RECORDING, after_days=730, event=Event.CALL_ENDED, ground=_GROUND),
    Rule(name="通话内容三年", what=What.CALL_WORDS, after_days=1095, event=Event.CALL_ENDED, ground=_GROUND),
    Rule(name="附件三年", what=What.ATTACHMENT, after_days=1095, event=Event.ARCHIVED, ground=_GROUND),
    Rule(name="工单个人信息三年", what=What.ORDER_WORDS, after_days=1095, event=Event.ARCHIVED, ground=_GROUND),
    Rule(name="举报文字五年", what=What.HISTORY_WORDS, after_days=1825, event=Event.ARCHIVED, kinds=(Kind.REPORT,),
         ground=_GROUND),
    Rule(name="历史文字十年", what=What.HISTORY_WORDS, after_days=3650, event=Event.ARCHIVED, ground=_GROUND),
))


@dataclass(frozen=True, slots=True)
class InForce:
    """Rules and the version that set them; version 0: a proposal that nobody has decided on."""

    version: int
    rules: RuleSet


def rules_from(data: object) -> RuleSet:
    """Read rules. Raises BadContent with the place of each fault."""
    try:
        return RuleSet.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadContent(f"保留规则有误：{faults}", "按 docs/data.md 的格式改正") from error


async def in_force(session: AsyncSession, now: float) -> InForce:
    """Return the rules that hold at `now`."""
    query = select(RuleVersion).where(col(RuleVersion.kind) == RETENTION, col(RuleVersion.valid_from) <= now)
    found = (await session.execute(query.order_by(col(RuleVersion.version).desc()).limit(1))).scalar_one_or_none()
    return InForce(found.version, rules_from(found.body)) if found else InForce(0, PROPOSED)


async def set_rules(session: AsyncSession, rules: RuleSet, by: str, why: str, now: float) -> int:
    """Decide on rules: another version, from now on. Return its number. Raises BadContent without a reason."""
    if not why.strip():
        raise BadContent("没有写理由", "写明依据的文件或会议")
    last = await session.execute(select(func.max(RuleVersion.version)).where(col(RuleVersion.kind) == RETENTION))
    version = int(last.scalar() or 0) + 1
    session.add(RuleVersion(kind=RETENTION, version=version, valid_from=now, body=rules.model_dump(mode="json"), by=by,
                            why=why, at=now))
    await session.flush()
    return version


"""The life of a check: drawn, scored, perhaps appealed against, then decided by a second person. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from workorders.quality.errors import NotByYou, QualityError

State = Literal["drawn", "scored", "appealed", "decided"]
Do = Literal["score", "appeal", "decide"]
STEPS: Final[Mapping[tuple[str, str], State]] = {  # what is not here cannot be done
    ("drawn", "score"): "scored", ("scored", "appeal"): "appealed", ("appealed", "decide"): "decided"}
ACTS: Final[tuple[Do, ...]] = ("score", "appeal", "decide")
_NOT_NOW: Final[Mapping[Do, tuple[str, str]]] = {
    "score": ("这通录音已经打过分", "有异议由坐席申诉，由另一人裁定"),
    "appeal": ("现在不能申诉", "打分之后、期限之内可以申诉一次"),
    "decide": ("现在没有待裁定的申诉", "刷新页面看最新情况")}
_DAY: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a check stands. `agent`: whose call it is; `appeal_until`: epoch s, 0.0 before it is scored."""

    state: str
    agent: str
    scored_by: str
    appeal_until: float


def until(scored_at: float, days: int) -> float:
    """Return up to when the agent may appeal (epoch s)."""
    return scored_at + days * _DAY


def step(check: Standing, do: Do, person: str, agent: str, now: float) -> State:
    """Return the state after an act by `person`, who takes calls as `agent` or "". Raises QualityError, NotByYou."""
    to = STEPS.get((check.state, do))
    own = bool(agent) and agent == check.agent
    if do == "appeal" and not own:
        raise NotByYou("只有被质检的坐席本人可以申诉", "请该坐席登录后申诉")
    if do != "appeal" and own:
        raise NotByYou("不能质检或裁定自己的录音", "请其他质检人员处理")
    if do == "decide" and person == check.scored_by:
        raise NotByYou("申诉要由打分人以外的人裁定", "请另一位质检人员或班长裁定")
    if to is None:
        raise QualityError(*_NOT_NOW[do])
    if do == "appeal" and now >= check.appeal_until:
        raise QualityError("申诉期限已过", "有新的情况请向班长说明")
    return to


def can(check: Standing, do: Do, person: str, agent: str, now: float) -> bool:
    """Tell whether an act is open."""
    try:
        step(check, do, person, agent, now)
    except QualityError:
        return False
    return True

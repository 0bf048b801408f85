"""The two documents of quality checks as data, and what follows: which calls are drawn, what a score is. Pure.

The city sets both; what stands here is only what the software comes with.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from workorders.quality.errors import BadScore

FULL: Final = 5  # marks of an item
WHOLE: Final = 100  # the sum of all weights, and of the best score
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,29}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Kind = Literal["inquiry", "help", "complaint", "suggestion", "praise"]  # calls of reports are never drawn


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sampling(_Rule):
    """抽样规则. Calls with a reason are drawn besides; 0 switches a reason off."""

    per_week: Annotated[int, Field(ge=0, le=50, description="calls of each agent in a week, at random")] = 5
    shortest: Annotated[int, Field(ge=0, le=3600, description="s; shorter calls are not drawn at random")] = 20
    low_rating: Annotated[int, Field(ge=0, le=4, description="rated this or below by keypad")] = 2
    longest: Annotated[int, Field(ge=0, le=36_000, description="s; longer calls are drawn")] = 1800
    interrupted: bool = True
    longest_wait: Annotated[int, Field(ge=0, le=36_000, description="s; whoever waited longer for a person")] = 0
    of_kind: Annotated[dict[Kind, Annotated[int, Field(ge=0, le=50)]], Field(
        description="calls of each agent in a week with an appeal of this kind, at the least")] = Field(
            default_factory=dict)


class Item(_Rule):
    """One line of the scorecard."""

    key: Key
    name: Name
    weight: Annotated[int, Field(ge=1, le=WHOLE)]
    hint: Annotated[str, StringConstraints(max_length=200)] = ""


class Fatal(_Rule):
    """一票否决: what makes the whole score nothing."""

    key: Key
    name: Name


class Scorecard(_Rule):
    """评分表. Weights add up to 100; each item gets 0 to 5 marks."""

    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=30)]
    fatal: Annotated[tuple[Fatal, ...], Field(max_length=20)] = ()
    appeal_days: Annotated[int, Field(ge=1, le=60)] = 7

    @model_validator(mode="after")
    def _adds_up(self) -> Scorecard:
        keys = [*(one.key for one in self.items), *(one.key for one in self.fatal)]
        if len(keys) != len(set(keys)):
            raise ValueError("a key stands twice; give each item one of its own")
        if sum(one.weight for one in self.items) != WHOLE:
            raise ValueError(f"the weights do not add up to {WHOLE}")
        return self


SEED_CARD: Final = Scorecard(
    items=(Item(key="greeting", name="接听规范", weight=10, hint="问候、报工号、告知录音"),
           Item(key="listening", name="倾听与确认", weight=20, hint="不打断，复述诉求请市民确认"),
           Item(key="record", name="记录完整", weight=25, hint="时间、地点、事由、诉求、联系方式"),
           Item(key="answer", name="答复准确", weight=20, hint="依据知识库，不随意承诺"),
           Item(key="unit", name="承办单位准确", weight=15, hint="职责对应，首接单位连线及时"),
           Item(key="manner", name="用语与情绪", weight=10, hint="文明用语，情绪平稳")),
    fatal=(Fatal(key="abuse", name="辱骂、顶撞诉求人"), Fatal(key="leak", name="泄露诉求人信息"),
           Fatal(key="shirk", name="推诿、拒不受理应受理的诉求")))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call of one agent. `seconds`: how long the call was; `waited`: the longest wait for a person, s."""

    call: str
    agent: str
    seconds: float
    rating: int | None
    interrupted: bool
    waited: float = 0.0
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pick:
    """A call that is drawn, with the reasons: ``random``, ``kind`` and those of `reasons_of`."""

    call: str
    agent: str
    reasons: tuple[str, ...]


class Drawing:
    """Draws while calls come by, in whatever order: of those that chance may draw no more are held than it will.

    Chance is a digest of seed, agent and call, of which the least are drawn, so every call of the period has the same
    chance, and the same calls, rule and seed give the same picks.
    """

    def __init__(self, rule: Sampling, seed: str) -> None:
        self._rule, self._seed = rule, seed
        self._least: dict[tuple[str, str], list[tuple[bytes, str]]] = defaultdict(list)  # by agent and kind, "" any
        self._why: dict[tuple[str, str], tuple[str, ...]] = {}  # by agent and call

    def add(self, one: Candidate) -> None:
        """Take a call into account."""
        if why := tuple(reasons_of(one, self._rule)):
            self._why[one.agent, one.call] = why
        if one.seconds < self._rule.shortest:
            return
        digest = sha256(f"{self._seed}:{one.agent}:{one.call}".encode()).digest()
        self._hold(one, "", digest, self._rule.per_week)
        for kind, least in self._rule.of_kind.items():
            if kind in one.kinds:
                self._hold(one, kind, digest, least)

    def _hold(self, one: Candidate, kind: str, digest: bytes, most: int) -> None:
        held = self._least[one.agent, kind]
        if (digest, one.call) not in held:
            insort(held, (digest, one.call))
            del held[most:]

    def picks(self) -> list[Pick]:
        """Return what is drawn of the calls so far."""
        chances = {place: [call for _, call in held] for place, held in self._least.items()}
        random = {(agent, call) for (agent, kind), calls in chances.items() if not kind for call in calls}
        of_kind = {(agent, call) for (agent, kind), calls in chances.items() if kind for call in calls}
        drawn = sorted(self._why.keys() | random | of_kind)
        return [Pick(call, agent, (*self._why.get((agent, call), ()), *(["random"] if (agent, call) in random else []),
                                   *(["kind"] if (agent, call) in of_kind else []))) for agent, call in drawn]


def draw(calls: Iterable[Candidate], rule: Sampling, seed: str) -> list[Pick]:
    """Return what is drawn of calls that are all at hand."""
    drawing = Drawing(rule, seed)
    for one in calls:
        drawing.add(one)
    return drawing.picks()


def reasons_of(one: Candidate, rule: Sampling) -> Iterable[str]:
    """Yield why a call is drawn whatever chance says: ``low_rating``, ``longest``, ``waited``, ``interrupted``."""
    if one.rating is not None and one.rating <= rule.low_rating:
        yield "low_rating"
    if rule.longest and one.seconds > rule.longest:
        yield "longest"
    if rule.longest_wait and one.waited > rule.longest_wait:
        yield "waited"
    if rule.interrupted and one.interrupted:
        yield "interrupted"


def total(card: Scorecard, marks: Mapping[str, int], fatal: Iterable[str]) -> float:
    """Return a score, 0 to 100. Raises BadScore for an item without marks, marks without an item, or unknown faults."""
    items, known = {one.key: one for one in card.items}, {one.key for one in card.fatal}
    missing = [items[key].name for key in items if key not in marks]
    if missing:
        raise BadScore(f"还没有打分：{'、'.join(missing)}", "每一项都要打 0 到 5 分")
    if marks.keys() - items.keys() or set(fatal) - known or any(not 0 <= mark <= FULL for mark in marks.values()):
        raise BadScore("打分与评分表不符", "按现在的评分表重新打分，每项 0 到 5 分")
    if list(fatal):
        return 0.0
    return round(sum(items[key].weight * mark / FULL for key, mark in marks.items()), 1)


def week_of(week: str, zone: ZoneInfo) -> tuple[float, float]:
    """Return when a week (ISO 8601, ``2026-W48``) begins and ends, epoch s by the city's clock. Raises BadScore."""
    try:
        year, number = week.split("-W")
        monday = date.fromisocalendar(int(year), int(number), 1)
        ends = monday + timedelta(days=7)
        begin, end = (datetime.combine(day, time(), zone).timestamp() for day in (monday, ends))
    except (ValueError, OverflowError) as error:
        raise BadScore(f"没有 {week} 这一周", "写成 2026-W48 这样") from error
    return begin, end

"""The lives of a year, one after another in the order in which people rang; the same number gives the same lives."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from hotline.seed.appeals import Appeal, appeal
from hotline.seed.cast import Cast
from hotline.seed.city import City, the_city
from hotline.seed.closing import aftermath, followed_up, reviewed
from hotline.seed.plots import plot
from hotline.seed.quick import QuickCalendar
from hotline.seed.story import Main, Story, accept, answered, handed_over, merged, refused, withdrawn
from hotline.seed.teller import Teller, UntilError
from hotline.seed.units import dispatched
from hotline.seed.when import moments
from workorders.keeping.intake import Intake, content_digest
from workorders.life.acts import Act
from workorders.life.history import SHA256
from workorders.life.order import Order
from workorders.life.policy import Policy, Rules
from workorders.life.words import Role, Urgency

YEAR = 365
_KEPT = 40  # recent orders of one matter and district that a new one may be merged into


@dataclass(frozen=True, slots=True)
class Life:
    """An order, its whole history, and the words that stand beside it (`intake`, with the call it came by)."""

    number: str
    appeal: Appeal
    intake: Intake
    order: Order
    acts: tuple[Act, ...]


@dataclass
class Year:
    """A year of a city: `count` orders in the `days` days before the local midnight of `until`."""

    seed: int
    count: int
    until: date
    days: int = YEAR
    policy: Policy = field(default_factory=Policy)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def __post_init__(self) -> None:
        """Bring the city and its people in."""
        self.city: City = the_city()
        self.cast = Cast(self.city, self.seed)
        below = {unit.id: self.city.below(unit.id) for unit in self.city.units}
        self.rules = Rules(self.policy, QuickCalendar(zone=self.zone), below)
        self._open: dict[tuple[str, str], deque[Main]] = {}

    def lives(self) -> Iterator[Life]:
        """Yield the lives, earliest first."""
        counted: Counter[str] = Counter()
        end = self.rules.calendar.moment(self.until, datetime.min.time())
        for place, at in enumerate(moments(self.count, self.until, self.days, self.rules.calendar, self.seed)):
            when = datetime.fromtimestamp(at, self.rules.calendar.zone)
            day = when.strftime("%Y-%m%d")
            counted[day] += 1
            rng = Random(f"{self.seed}:{place}")
            yield self._life(f"{day}-{counted[day]:04d}", appeal(at, when, self.city, rng), end, rng)

    def _life(self, number: str, rung: Appeal, end: float, rng: Random) -> Life:
        told = plot(rung.matter.kind, rng, emergency=rung.matter.urgency is Urgency.EMERGENCY)
        key = (rung.topic.path[2], rung.spot.district)
        main = next((main for main in self._open.get(key, ()) if main.passed > rung.at + 7200), None)
        agent, clerk = self.cast.one(Role.AGENT, rng), self.cast.one(Role.BACK_OFFICE, rng)
        call = f"{rng.getrandbits(128):032x}" if rung.matter.channel == "phone" else ""
        taken = Intake(rung.matter, rung.text, rung.spot.address, rung.name, rung.number, rung.topic.unit,
                       self.cast.agent_of(agent.id), call_key=call or None, appeal=1 if call else None)
        content = content_digest(taken.texts(), SHA256)
        s = Story(number, rung, told, self.city, self.cast, Teller(self.rules, end, rng), agent, clerk, call, content,
                  main)
        tell(s)
        self._remember(key, s)
        return Life(number, rung, taken, s.t.order, tuple(s.t.acts))

    def _remember(self, key: tuple[str, str], s: Story) -> None:
        order = s.t.order
        passed = next((part.ended_at for part in order.assignments if part.ended_why == "reviewed"), None)
        if passed is not None and not order.matter.is_report:
            secrecy = int(order.matter.confidentiality)
            self._open.setdefault(key, deque(maxlen=_KEPT)).append(Main(order.number, secrecy, order.lead, passed))


def tell(s: Story) -> None:
    """Tell a life to its end, or as far as it has come."""
    try:
        accept(s)
        _way(s)
        aftermath(s)
    except UntilError:
        return


def _way(s: Story) -> None:
    way = s.plot.way
    if way == "answered":
        return answered(s)
    if way == "withdrawn":
        return withdrawn(s)
    if way == "refused" and not refused(s):
        return None
    if way == "handed_over":
        handed_over(s)
    elif way != "merged" or not merged(s):
        dispatched(s)
        reviewed(s)
    return followed_up(s)

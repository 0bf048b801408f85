"""What waits for the journal's disk: in order, bounded; when it is full, what matters least goes first."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from core import facts
from core.facts import Fact

Line = tuple[Fact, bytes]

# What is lost if a fact is lost: 0 a line of a trace, 1 what can be seen elsewhere, 2 who was when with whom,
# 3 what nobody could ever reconstruct: what the citizen said, rated, and that a call was there at all.
_WORTH = {
    facts.MENU_STEP: 0,
    facts.INVITE_RINGING: 1, facts.PARTY_MUTED: 1, facts.AGENT_STATE: 1, facts.ALARM: 1,
    facts.CALL_ANSWERED: 3, facts.CALL_HUNG_UP: 3, facts.CALL_RATED: 3, facts.APPEAL_SAVED: 3, facts.CALL_DISPOSED: 3,
    facts.INVITE_INTENDED: 3}
_USUAL = 2


def worth(kind: str) -> int:
    """Return how much a kind of fact matters, 0 to 3."""
    return _WORTH.get(kind, _USUAL)


class Backlog:
    """Lines that wait, oldest first, at most `limit` of them. Not safe for threads: its owner locks."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: deque[Line] = deque()
        self._of_worth: Counter[int] = Counter()  # how many wait of each worth: looking is cheap while the disk is away
        self.shed: Counter[str] = Counter()  # kind → lines given up

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def first_seq(self) -> int | None:
        """The seq of the line that waits longest."""
        return self._lines[0][0].seq if self._lines else None

    def add(self, fact: Fact, line: bytes) -> None:
        """Let a line wait; when there is no room, lines of less worth go, or this one."""
        if len(self._lines) >= self._limit and not self._make_room(worth(fact.kind)):
            self.shed[fact.kind] += 1
            return
        self._lines.append((fact, line))
        self._of_worth[worth(fact.kind)] += 1

    def take(self, count: int) -> list[Line]:
        """Take the oldest lines, at most `count`."""
        taken = [self._lines.popleft() for _ in range(min(count, len(self._lines)))]
        self._of_worth.subtract(worth(fact.kind) for fact, _ in taken)
        return taken

    def give_back(self, lines: Iterable[Line]) -> None:
        """Put lines back in front, in their order; these may exceed the limit by one batch."""
        back = list(lines)
        self._lines.extendleft(reversed(back))
        self._of_worth.update(worth(fact.kind) for fact, _ in back)

    def _make_room(self, below: int) -> bool:
        """Shed the lines of the least worth that is below `below`; tell whether any went."""
        least = min((one for one, count in self._of_worth.items() if count > 0), default=below)
        if least >= below:
            return False
        self._of_worth[least] = 0
        self.shed.update(fact.kind for fact, _ in self._lines if worth(fact.kind) == least)
        self._lines = deque(line for line in self._lines if worth(line[0].kind) != least)
        return True

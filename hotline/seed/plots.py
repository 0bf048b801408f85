"""What happens in a life, drawn once at its beginning: which way it takes and which mishaps it meets."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from workorders.life.words import Kind

_ANSWERED = {Kind.INQUIRY: 0.86, Kind.HELP: 0.2, Kind.COMPLAINT: 0.08, Kind.SUGGESTION: 0.35, Kind.PRAISE: 0.97,
             Kind.REPORT: 0.0}  # share answered by the agent on the spot
_ENDS_EARLY = {"refused": 0.02, "handed_over": 0.006, "merged": 0.03, "withdrawn": 0.012}
MISHAPS = {  # share of the dispatched orders; several may meet one
    "three_way": 0.09, "plea": 0.012, "plea_upheld": 0.6, "returned": 0.055, "return_upheld": 0.75,
    "arbitrated": 0.15, "late_sign": 0.02, "late_reply": 0.045, "extended": 0.05, "extension_refused": 0.15,
    "paused": 0.012, "joint": 0.3, "joint_released": 0.12, "below": 0.8, "lead_offered": 0.01, "lead_taken": 0.6,
    "rework": 0.035, "urged": 0.07, "unmasked": 0.02, "struck": 0.008, "silent": 0.06, "sham": 0.25,
    "progress": 0.25, "redispatched": 0.008, "noted": 0.1, "unsolved": 0.07, "phone_missed": 0.02,
}
RATINGS: dict[int, float] = {5: 0.6, 4: 0.21, 3: 0.1, 2: 0.055, 1: 0.035}
ENDINGS: dict[str, float] = {"solved": 0.72, "shelve": 0.14, "terminate": 0.14}


@dataclass(frozen=True, slots=True)
class Plot:
    """`way`: answered, refused, handed_over, merged, withdrawn or dispatched; `rating`: of the result, 1 to 5."""

    way: str
    mishaps: frozenset[str]
    rating: int
    ending: str

    def has(self, mishap: str) -> bool:
        """Tell whether a mishap meets this life."""
        return mishap in self.mishaps


def plot(kind: Kind, rng: Random, *, emergency: bool) -> Plot:
    """Draw the plot of an appeal of this kind."""
    mishaps = frozenset(name for name, share in MISHAPS.items() if rng.random() < share)
    rating = rng.choices(list(RATINGS), weights=list(RATINGS.values()))[0]
    ending = rng.choices(list(ENDINGS), weights=list(ENDINGS.values()))[0]
    return Plot(_way(kind, rng, emergency=emergency), mishaps, rating, ending)


def _way(kind: Kind, rng: Random, *, emergency: bool) -> str:
    if emergency:
        return "dispatched"
    if rng.random() < _ANSWERED[kind]:
        return "answered"
    if kind in (Kind.HELP, Kind.COMPLAINT):
        for way, share in _ENDS_EARLY.items():
            if rng.random() < share:
                return way
    return "dispatched"

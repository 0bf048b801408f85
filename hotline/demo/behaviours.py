"""How each telephone of the city behaves, and the tone it speaks. Data only; the dialplan of the city carries it out.

Tones avoid DTMF, each other's harmonics and the 450 Hz of Chinese ringing tones. A role is what people call the tone
in a table of what was heard: the citizen, the agent, the unit, its second phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from hotline.demo.errors import CityError
from routing.directory import Directory

Act = Literal[
    "answers",  # rings, answers after `after` seconds, speaks its tone
    "rings_out",  # rings for ever
    "silent",  # a dead gateway: 100 Trying, then nothing
    "busy",  # 486 at once
    "declines",  # 403 at once
    "rejects",  # rings `after` seconds, then 403
    "congestion",  # 503 at once
    "no_such_number",  # 404 at once
    "hears_first",  # 183 and a ringing tone as early media, never answers
]

TONES = {
    "citizen": 520,
    "agent": 660,
    "unit": 1100,
    "unit2": 1300,
    "expert": 1740,
    "leader": 830,
    "agent2": 590,
    "agent3": 1000,
    "water": 1400,
    "water2": 1560,
    "cityorder": 2050,
    "cityorder2": 2150,
    "police": 1850,
    "ambulance": 1950,
}  # role → Hz

ROLE_OF_NUMBER = {
    "6001": "agent",
    "6002": "agent2",
    "6003": "agent3",
    "66010001": "unit",
    "66010002": "unit2",
    "66020001": "water",
    "66020002": "water2",
    "66030001": "cityorder",
    "66030002": "cityorder2",
    "66090001": "expert",
    "66080001": "leader",
    "110": "police",
    "120": "ambulance",
}

SPARE_TONES = tuple(range(2250, 3400, 50))  # Hz, for numbers that the table does not know


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a phone does when it is rung: `tone` in Hz (0 is silence), the rest in seconds.

    `press` is how long after the answer it presses 1, `end` when it hangs up by itself; 0 is never.
    """

    act: Act = "answers"
    after: float = 1.0
    tone: int = 0
    press: float = 0.0
    end: float = 0.0

    def variables(self, number: str) -> Iterator[tuple[str, str]]:
        """Yield the global variables that the dialplan of the city reads."""
        yield f"ACT_{number}", self.act
        yield f"AFTER_{number}", f"{self.after:g}"
        yield f"TONE_{number}", str(self.tone)
        yield f"PRESS_{number}", f"{self.press:g}"
        yield f"END_{number}", f"{self.end:g}"


NAMED: dict[str, Behaviour] = {
    **{act: Behaviour(act=act) for act in get_args(Act)},
    "answers_at_once": Behaviour(after=0.0),
    "answers_late": Behaviour(after=8.0),
    "presses_1": Behaviour(press=2.0),
    "hangs_up": Behaviour(end=2.0),
    "voicemail": Behaviour(after=3.0, end=30.0),  # answers, talks, never presses a key
}


def behaviour(name: str) -> Behaviour:
    """Return a behaviour by its name. Raises CityError with the names there are."""
    try:
        return NAMED[name]
    except KeyError:
        raise CityError(f"no behaviour {name!r}; there are {', '.join(sorted(NAMED))}") from None


def behaviours_of(directory: Directory) -> dict[str, Behaviour]:
    """Return how each phone of a directory behaves at first: the first of a party answers quickly, its others later."""
    spare = iter(SPARE_TONES)
    found: dict[str, Behaviour] = {}
    for agent in directory.agents:
        found[agent.phone] = Behaviour(tone=_tone(agent.phone, spare))
    for _, party in directory.parties():
        for place, phone in enumerate(party.phones):
            press = 3.0 if phone.accept else 0.0
            found[phone.number] = Behaviour(after=1.0 + 5.0 * place, tone=_tone(phone.number, spare), press=press)
    return found


def _tone(number: str, spare: Iterator[int]) -> int:
    role = ROLE_OF_NUMBER.get(number)
    return TONES[role] if role else next(spare, 0)

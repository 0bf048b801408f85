"""Whom an agent can bring into a talk, in the order in which they are looked for, each with what can be typed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from routing.directory import Directory, Party, Role


@dataclass(frozen=True, slots=True)
class Invitable:
    """Somebody of the directory. `find`: lower-case words that match: name, short names, their initials, duties.

    `letters`: the initials of the name, of which some in their order are a usual short name too (zjj).
    """

    role: Role
    id: str
    name: str
    duties: str
    phones: int
    find: str
    letters: str
    short: str = ""


@lru_cache(maxsize=10_000)
def initials(text: str) -> str:
    """Return the first letters of the pinyin of `text`: 住建局 → zjj. Letters and digits stay.

    Remembered: reckoning those of a city's directory takes tens of milliseconds, and each desk that opens asks.
    """
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


class Invitables:
    """Whom agents can bring in, reckoned anew when the directory is another."""

    def __init__(self) -> None:
        self._of: Directory | None = None
        self._people: tuple[Invitable, ...] = ()

    def of(self, directory: Directory) -> tuple[Invitable, ...]:
        """Return everybody of a directory who can be invited."""
        if directory is not self._of:
            self._of, self._people = directory, people_to_invite(directory)
        return self._people


def people_to_invite(directory: Directory) -> tuple[Invitable, ...]:
    """Return everybody who can be invited: units, experts, leaders, emergency desks."""
    return tuple(_invitable(role, party) for role, party in directory.parties())


def _invitable(role: Role, party: Party) -> Invitable:
    said = [party.name, *party.aliases, party.duties]
    words = " ".join(one for text in said for one in (text, initials(text)))
    return Invitable(role, party.id, party.name, party.duties, len(party.phones), words.lower(), initials(party.name),
                     party.aliases[0] if party.aliases else "")

"""Who asks, as every route sees them."""

from __future__ import annotations

from dataclasses import dataclass, field

from workorders.life.words import Role


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, a program with a key, the installation itself, or anybody.

    `kind`: person, client, installation, anybody. `agent` and `unit` are "" where there is none. `session` is the id
    of a person's session, `token_hash` what its CSRF token is checked by.
    """

    kind: str
    id: str
    name: str
    permissions: frozenset[str]
    roles: frozenset[Role] = frozenset()
    login: str = ""
    unit: str = ""
    agent: str = ""
    session: str = ""
    must_change: bool = False
    until: float = 0.0  # epoch s at which the session ends in any case
    address: str = field(default="", compare=False)

    def may(self, permission: str) -> bool:
        """Tell whether this caller has a permission."""
        return permission in self.permissions

    @property
    def word(self) -> str:
        """Return the name under which acts in calls are written down: agent's id, else login, else id."""
        return self.agent or self.login or self.id

    @property
    def own_house(self) -> bool:
        """Tell whether the installation itself asks."""
        return self.kind == "installation"


ANYBODY = Caller("anybody", "", "anybody", frozenset({"public"}))

"""The seed city's directory of who can be rung: its agents, its units with their duties, legal desk, leaders, 110."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hotline.seed.cast import FIRST_AGENT, Cast
from hotline.seed.city import City
from workorders.life.words import Role

_HEAD = "# Who can be rung in the seed city. Every name and number is invented."
_LEGAL = ("法律服务台", "66090001")


def directory_toml(cast: Cast, city: City) -> str:
    """Return the directory as `routing.directory` reads it."""
    return "\n".join([_HEAD, *_agents(cast), *_units(city), *_others(cast)]) + "\n"


def _agents(cast: Cast) -> Iterator[str]:
    agents = [member for member in cast.members if member.agent]
    for member in agents:
        phone = 6001 + int(member.agent[1:]) - FIRST_AGENT
        yield f'\n[[agents]]\nid = {_text(member.agent)}\nname = {_text(member.name)}\nphone = "{phone}"'


def _units(city: City) -> Iterator[str]:
    for place, unit in enumerate(city.units, start=1):
        phones = [(f"67{place:04d}01", "值班室"), (f"67{place:04d}02", "值班室二")]
        told = ", ".join(f"{{ number = {_text(number)}, label = {_text(label)} }}" for number, label in phones)
        yield (f"\n[[units]]\nid = {_text(unit.id)}\nname = {_text(unit.name)}\nduties = {_text(unit.duties)}\n"
               f"phones = [{told}]")


def _others(cast: Cast) -> Iterator[str]:
    yield _party("experts", "lawyer", f"{_LEGAL[0]}", _LEGAL[1])
    leaders = [member for member in cast.members if member.role is Role.DUTY_LEADER]
    for place, member in enumerate(leaders, start=1):
        yield _party("leaders", member.login, f"值班领导 {member.name}", f"6608000{place}")
    yield _party("emergency", "police-110", "110", "110")
    yield _party("emergency", "ambulance-120", "120", "120")


def _party(kind: str, name: str, chinese: str, number: str) -> str:
    return (f"\n[[{kind}]]\nid = {_text(name)}\nname = {_text(chinese)}\n"
            f"phones = [{{ number = {_text(number)}, label = {_text(chinese)} }}]")


def _text(value: str) -> str:
    """Return a TOML string; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False)

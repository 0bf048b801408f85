"""The seed city as it stands in ``city.yaml``: units in three levels with their duties, districts, streets, roads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

HERE = Path(__file__).parent
_BUILDINGS, _FLATS = 28, 4
_MOBILE = ("138", "139", "150", "159", "177", "186", "188", "199")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (承办单位). `level`: department, utility, district, street; `upper`: the unit above, "" for none."""

    id: str
    name: str
    level: str
    duties: str
    upper: str = ""


@dataclass(frozen=True, slots=True)
class Street:
    """A street or town, its unit's id, and where people live there."""

    unit: str
    name: str
    district: str
    roads: tuple[str, ...]
    estates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: for the classification by place, for the address, for the words of an appeal."""

    district: str
    street: str
    district_unit: str
    street_unit: str
    road: str
    estate: str
    block: str

    @property
    def address(self) -> str:
        """Return the address as an agent writes it down."""
        return f"{self.district}{self.street}{self.road}{self.block}"


@dataclass(frozen=True)
class City:
    """Everything that stands in the file."""

    units: tuple[Unit, ...]
    streets: tuple[Street, ...]
    family: str
    given: str

    def unit(self, unit_id: str) -> Unit:
        """Return a unit. Raises KeyError."""
        return {unit.id: unit for unit in self.units}[unit_id]

    def below(self, unit_id: str) -> frozenset[str]:
        """Return the units under a unit, at every level."""
        near = frozenset(unit.id for unit in self.units if unit.upper == unit_id)
        return near.union(*(self.below(unit) for unit in near))

    def spot(self, rng: Random) -> Spot:
        """Return a place somewhere in the city."""
        street = rng.choice(self.streets)
        above = self.names[street.district]
        estate, road = rng.choice(street.estates), rng.choice(street.roads)
        block = f"{estate}{rng.randint(1, _BUILDINGS)}号楼{rng.randint(1, _FLATS)}单元"
        return Spot(above, street.name, street.district, street.unit, road, estate, block)

    @property
    def names(self) -> dict[str, str]:
        """Return unit ids → names."""
        return {unit.id: unit.name for unit in self.units}

    def person(self, rng: Random) -> str:
        """Return a name that nobody need have."""
        return rng.choice(self.family) + "".join(rng.choice(self.given) for _ in range(rng.choice((1, 2, 2))))


def telephone(rng: Random) -> str:
    """Return a mobile number out of the 0000 blocks, which this project uses for nobody's numbers."""
    return f"{rng.choice(_MOBILE)}0000{rng.randint(0, 9999):04d}"


def read(name: str) -> Any:
    """Return one of this package's files of data."""
    return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def the_city() -> City:
    """Return the seed city."""
    told = read("city.yaml")
    streets = tuple(Street(street, name, one["id"], tuple(roads), tuple(estates))
                    for one in told["districts"] for street, name, roads, estates in one["streets"])
    return City(tuple(_units(told, streets)), streets, told["names"]["family"], told["names"]["given"])


def _units(told: Any, streets: tuple[Street, ...]) -> Iterator[Unit]:
    yield from (Unit(unit, name, "department", duties) for unit, name, duties in told["departments"])
    yield from (Unit(unit, name, "utility", duties, upper) for unit, name, duties, upper in told["utilities"])
    yield from (Unit(one["id"], one["name"], "district", one["duties"]) for one in told["districts"])
    for street in streets:
        duties = f"{'、'.join((*street.roads, *street.estates))}一带的社区服务、市容秩序、物业协调、邻里纠纷调解"
        yield Unit(street.unit, street.name, "street", duties, street.district)

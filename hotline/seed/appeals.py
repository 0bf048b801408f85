"""What somebody rings about: topic, kind, place, words, who asks. Plain data, made from a random source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from hotline.seed.city import City, Spot, read, telephone
from hotline.seed.prose import say
from hotline.seed.when import NIGHT
from workorders.life.matters import COMPLEX, Classification, Matter, Place
from workorders.life.words import Asker, Confidentiality, Kind, Urgency

KINDS: dict[Kind, float] = {Kind.INQUIRY: 0.45, Kind.HELP: 0.255, Kind.COMPLAINT: 0.205, Kind.SUGGESTION: 0.04,
                            Kind.REPORT: 0.025, Kind.PRAISE: 0.025}
CHANNELS: dict[str, float] = {"phone": 0.82, "web": 0.06, "app": 0.07, "sms": 0.02, "letter": 0.01, "weibo": 0.02}
_LETTER = {Kind.INQUIRY: "i", Kind.HELP: "h", Kind.COMPLAINT: "c", Kind.SUGGESTION: "s"}
_SEASONS: dict[str, Mapping[int, float]] = {  # month → how much more often
    "summer": {6: 2.0, 7: 2.4, 8: 2.2, 9: 1.3, 12: 0.5, 1: 0.4, 2: 0.4},
    "winter": {11: 1.6, 12: 2.0, 1: 2.2, 2: 1.5, 6: 0.6, 7: 0.5, 8: 0.6},
    "heating": {11: 3.0, 12: 2.6, 1: 2.4, 2: 1.6, 3: 1.0, 10: 1.2, 4: 0.2, 5: 0.1, 6: 0.05, 7: 0.05, 8: 0.05, 9: 0.2},
    "spring": {3: 1.8, 4: 2.0, 5: 1.8}, "rain": {6: 1.8, 7: 2.2, 8: 2.0, 9: 1.2, 12: 0.5, 1: 0.4},
}
_NIGHT_MORE, _DAY_LESS = 3.0, 0.7


@dataclass(frozen=True, slots=True)
class Topic:
    """A leaf of the classification: whose duty, who helps, where it goes below, and its words."""

    path: tuple[str, str, str]
    unit: str
    say: tuple[str, ...]
    ask: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    weight: float = 1.0
    kinds: Mapping[str, float] = field(default_factory=dict)
    joint: tuple[str, ...] = ()
    below: str = ""
    season: str = ""
    hours: str = ""
    urgent: float = 0.0  # per cent of them in which life or property is in danger
    mass: float = 0.0  # per cent of them that many people share
    enterprise: bool = False
    against: str = ""  # reports: street | unit | none


@dataclass(frozen=True, slots=True)
class Appeal:
    """One appeal as it was taken down; `words` are the slots of its place, for replies."""

    at: float
    topic: Topic
    spot: Spot
    matter: Matter
    text: str
    name: str
    number: str
    accused: str
    words: Mapping[str, str]


def _topic(told: Mapping[str, Any]) -> Topic:
    made: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    return Topic(**made)


@cache
def topics() -> tuple[Topic, ...]:
    """Return the ordinary topics."""
    return tuple(_topic(one) for one in read("topics.yaml"))


@cache
def phrases() -> Any:
    """Return what people write beside their acts."""
    return read("phrases.yaml")


@cache
def _others(which: str) -> tuple[Topic, ...]:
    return tuple(_topic({"unit": "", **one}) for one in phrases()[which])


@cache
def _likely(kind: Kind, month: int, night: bool) -> tuple[tuple[Topic, ...], Sequence[float]]:
    """Return the topics of a kind and, added up, how likely each is in this month and at this hour."""
    letter, weights = _LETTER[kind], []
    for one in topics():
        share = one.kinds.get(letter, 0.0) / sum(one.kinds.values())
        season = _SEASONS.get(one.season, {}).get(month, 1.0)
        hour = (_NIGHT_MORE if night else _DAY_LESS) if one.hours == "night" else 1.0
        weights.append(one.weight * share * season * hour)
    return topics(), list(accumulate(weights))


def _topic_for(kind: Kind, when: datetime, rng: Random) -> Topic:
    if kind in (Kind.REPORT, Kind.PRAISE):
        return rng.choice(_others("reports" if kind is Kind.REPORT else "praises"))
    found, weights = _likely(kind, when.month, when.hour in NIGHT)
    return rng.choices(found, cum_weights=weights)[0]


def appeal(at: float, when: datetime, city: City, rng: Random) -> Appeal:
    """Return what rings at a moment; `when` is the same moment on the city's clock."""
    kind = rng.choices(list(KINDS), weights=list(KINDS.values()))[0]
    topic, spot = _topic_for(kind, when, rng), city.spot(rng)
    accused = _accused(topic, spot, city, rng)
    names, unit = city.names, topic.unit or rng.choice(("approval", spot.street_unit, "police", "sanitation"))
    words = {"road": spot.road, "estate": spot.estate, "block": spot.block, "unit": names[unit],
             "accused": names.get(accused, "")}
    anonymous = rng.random() < (0.3 if kind is Kind.REPORT else 0.02)
    matter = _matter(kind, topic, spot, accused, anonymous, rng)
    text = _text(kind, topic, words, rng)
    name = "" if anonymous else city.person(rng)
    number = telephone(rng) if matter.channel in ("phone", "sms") or not anonymous else ""
    return Appeal(at, topic, spot, matter, text, name, number, accused, words)


def _accused(topic: Topic, spot: Spot, city: City, rng: Random) -> str:
    if topic.against == "street":
        return spot.street_unit
    return rng.choice(("approval", "labor", "planning", "civil")) if topic.against == "unit" else ""


def _matter(kind: Kind, topic: Topic, spot: Spot, accused: str, anonymous: bool, rng: Random) -> Matter:
    tags = tuple(tag for tag, share in (("mass_incident", topic.mass / 100), (COMPLEX, 0.03)) if rng.random() < share)
    report = kind is Kind.REPORT
    secrecy = Confidentiality.REPORT if report else Confidentiality.CALLER if rng.random() < 0.04 else 0
    channel = rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0]
    enterprise = rng.random() < (0.9 if topic.enterprise else 0.06)
    return Matter(
        kind=kind, urgency=_urgency(kind, topic, rng), classification=Classification.model_validate(
            dict(zip(("first", "second", "third"), topic.path, strict=True))),
        place=Place(district=spot.district, street=spot.street), anonymous=anonymous, channel=channel,
        asker=Asker.ENTERPRISE if enterprise else Asker.CITIZEN, confidentiality=Confidentiality(secrecy),
        complained_of=(accused,) if report and accused else (), tags=() if report else tags)


def _urgency(kind: Kind, topic: Topic, rng: Random) -> Urgency:
    if kind in (Kind.INQUIRY, Kind.SUGGESTION, Kind.PRAISE):
        return Urgency.NORMAL
    chance = rng.random() * 100
    if chance < topic.urgent:
        return Urgency.EMERGENCY
    return Urgency.URGENT if chance < topic.urgent + 3 else Urgency.NORMAL


def _text(kind: Kind, topic: Topic, words: Mapping[str, str], rng: Random) -> str:
    told = phrases()
    if kind is Kind.INQUIRY and topic.ask:
        return say(told["asking"], rng, words) + say(topic.ask, rng, words)
    if kind is Kind.PRAISE:
        return say(topic.say, rng, words)
    opening = "suggesting" if kind is Kind.SUGGESTION else "opening"
    return "".join(say(part, rng, words) for part in (told[opening], topic.say, told["closing"]))

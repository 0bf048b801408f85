"""How each field of an act's data is asked for on a page: the table behind the forms. Pure.

What an act takes, workorders.life.shapes says; here stands only how a person is asked. A field that no row names is
written by machines (a call's key, a digest) and never asked of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from workorders.life.acceptance import DOORS
from workorders.life.matters import Tree
from workorders.life.shapes import Figure, FindingKind, StrikeReason
from workorders.life.words import Do

# field → how it is asked for; the labels are ``field.<name>`` in the catalogue
KINDS: Final[Mapping[str, str]] = {
    "reached": "yes", "told_citizen": "yes", "stay": "yes", "agency": "yes", "new_reasons": "yes",
    "established": "yes_no", "granted": "yes_no", "anonymous": "yes_no", "contacted": "yes_no", "solved": "yes_no",
    "unit": "unit", "proper": "unit", "joint": "units", "units": "units", "term": "term",
    "due": "moment", "until": "moment", "again": "moment", "ground": "words", "into": "words", "evidence": "words",
    "platform": "words", "reference": "words", "person": "words", "classification": "class", "place": "place",
    "kind": "choice", "urgency": "choice", "asker": "choice", "confidentiality": "choice", "cause": "choice",
    "satisfaction": "choice", "via": "choice", "ending": "choice", "reason": "choice", "figures": "choices",
    "key": "finding", "request": "request", "clock": "clock"}
# where the same word means another thing
OF_ACT: Final[Mapping[tuple[str, str], str]] = {
    (Do.REPLY, "solved"): "yes", (Do.REFUSE, "ground"): "door", (Do.RAISE_FINDING, "key"): "made",
    (Do.RAISE_FINDING, "evidence"): "", (Do.REMIND, "due"): "", (Do.PRESS, "due"): "", (Do.SUPERVISE, "due"): "",
    (Do.ESCALATE, "due"): ""}
# given by another field of the same form, or by the keeper itself, although the shape requires them
GIVEN: Final = frozenset({"refusal", "whom", "due"})
OPTIONS: Final[Mapping[str, tuple[Any, ...]]] = {
    "kind": ("inquiry", "help", "complaint", "suggestion", "praise"),  # a report is made by PROTECT alone
    "urgency": (0, 1, 2), "asker": ("citizen", "enterprise"), "confidentiality": (0, 1),
    "cause": ("citizen_material", "season", "inspection", "court", "construction"),
    "satisfaction": (5, 4, 3, 2, 1), "via": ("call", "sms", "web"), "ending": ("shelve", "terminate"),
    "reason": get_args(StrikeReason), "figures": get_args(Figure)}
OPTIONS_OF_ACT: Final[Mapping[tuple[str, str], tuple[Any, ...]]] = {
    (Do.RAISE_FINDING, "kind"): get_args(FindingKind)}
ASKED_FIRST: Final[Mapping[tuple[str, str], Any]] = {
    (Do.CITIZEN_SAYS, "via"): "call", (Do.REFUSE, "agency"): True, (Do.OFFER_LEAD, "stay"): True}


def doors() -> list[dict[str, str]]:
    """Return the lawful grounds for not accepting, each with the door that is open instead."""
    return [{"value": ground.value, "name": door.chinese, "door": door.door, "source": door.source,
             "phone": door.phone} for ground, door in DOORS.items()]


def paths(tree: Tree) -> list[tuple[str, str, str]]:
    """Return every path of the three-level classification, in its order."""
    return [(first, second, third) for first, seconds in tree.items()
            for second, thirds in seconds.items() for third in thirds]

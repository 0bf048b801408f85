"""How the end of a menu is told to the switch: the same channel variables from every driver.

Standard library only (see `ivr.release`).
"""

from __future__ import annotations

import re

from ivr.requests import Outcome

_VALUE = re.compile(r"[0-9A-Za-z_.-]{0,80}")


def channel_variables(outcome: Outcome, release_id: str, driver: str) -> dict[str, str]:
    """Return the variables in the order they must be set: HL_OUTCOME last, because it says that all are there.

    Values are words of the release; one that is not (a release made by hand) is left empty rather than sent.
    """
    values = {
        "HL_FLOW": release_id, "HL_SKILL": outcome.skill, "HL_UNIT": outcome.unit,
        "HL_URGENCY": str(outcome.urgency), **({"HL_LANG": outcome.lang} if outcome.lang else {}),
        "HL_DRIVER": driver, "HL_OUTCOME": outcome.kind,
    }
    return {name: value if _VALUE.fullmatch(value) else "" for name, value in values.items()}


PERSON = Outcome("service", skill="general")  # what a driver that knows nothing else asks for

"""The rosters in force, as a file beside the switch: read anew when it has changed, never asked of a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from core.log import get_logger
from routing.directory import Party, Phone
from routing.roster import Roster

log = get_logger(__name__)
_ALL: TypeAdapter[dict[str, Roster]] = TypeAdapter(dict[str, Roster])


class RosterFile:
    """Whose telephones ring now. A file that cannot be read leaves the rosters as they were, and says so once."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self._path, self._zone = path, zone
        self._seen: tuple[int, int] | None = None
        self._rosters: Mapping[str, Roster] = {}

    def rosters(self) -> Mapping[str, Roster]:
        """Return every unit's roster in force."""
        self._refresh()
        return self._rosters

    def phones(self, party: Party, now: float) -> tuple[Phone, ...]:
        """Return a party's telephones at `now` (epoch s): those on duty, after them the directory's."""
        self._refresh()
        roster = self._rosters.get(party.id)
        duty = roster.phones(datetime.fromtimestamp(now, self._zone)) if roster else ()
        if not duty:
            return party.phones
        last, known = min(9, max(phone.order for phone in duty) + 1), {phone.number for phone in duty}
        rest = (phone.model_copy(update={"order": last}) for phone in party.phones if phone.number not in known)
        return (*duty, *rest)  # a wrong number in a roster must not make a unit unreachable

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
        except OSError:
            return  # none was ever published
        seen = (stat.st_mtime_ns, stat.st_size)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._rosters = _ALL.validate_json(self._path.read_bytes())
        except (OSError, ValidationError) as error:
            log.error("rosters cannot be read; those before stay in force", error=str(error)[:500])


def as_bytes(rosters: Mapping[str, Roster]) -> bytes:
    """Return rosters as the file holds them: unit → roster."""
    whole = {unit: roster.model_dump(mode="json") for unit, roster in sorted(rosters.items())}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()

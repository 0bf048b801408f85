"""Emergency notices: a typhoon, a water cut. Spoken before the menu to every call that begins while they last.

``<release folder>/notices.json``, written whole, noticed at the next call. A notice may also keep calendars closed. It
ends by itself: its end is compared with the clock at every call, so nobody has to take it back. Times are epoch
seconds, whatever the zone. Standard library only (see `ivr.release`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ivr.errors import ReleaseError
from ivr.release import Prompt, Release
from ivr.releases import Stamp, stamp_of, write_durable

FILE = "notices.json"
MOST = 5  # at once: more nobody listens to
PROMPT = "notice."  # how a notice's prompt is called in the release that a call gets


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: texts and prompt files by language, from when to when, which calendars it shuts (``*``: all)."""

    id: str
    texts: Mapping[str, str]
    files: Mapping[str, str]
    begins: float
    ends: float
    closes: tuple[str, ...]
    by: str
    why: str

    def lasts_at(self, at: float) -> bool:
        """Tell whether it is in force."""
        return self.begins <= at < self.ends


def load_notices(folder: Path) -> tuple[Notice, ...]:
    """Return all notices on file, none if there is no file. Raises ReleaseError if it is broken."""
    try:
        rows: list[dict[str, Any]] = json.loads((folder / FILE).read_bytes())
        return tuple(Notice(**{**row, "closes": tuple(row["closes"])}) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ReleaseError(f"the notices cannot be read ({error}); make them again") from error


class NoticeBoard:
    """The notices as a running controller sees them, at the price of one stat a call."""

    def __init__(self, folder: Path, alarm: Callable[[str, str], None] = lambda what, detail: None) -> None:
        self._folder, self._alarm = folder, alarm
        self._stamp: Stamp | None = None
        self._known: tuple[Notice, ...] = ()

    def at(self, now: float) -> tuple[Notice, ...]:
        """Return the notices in force at `now`; a broken file raises an alarm, and what was known stays."""
        stamp = stamp_of(self._folder / FILE)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._known = load_notices(self._folder)
            except ReleaseError as error:
                self._alarm("notices_unreadable", str(error))
        return in_force(self._known, now) if self._known else ()


def save_notices(folder: Path, notices: Iterable[Notice]) -> None:
    """Put these notices on file. Raises OSError."""
    content = json.dumps([asdict(notice) for notice in notices], ensure_ascii=False, separators=(",", ":"))
    write_durable(folder / FILE, content.encode())


def in_force(notices: Iterable[Notice], at: float) -> tuple[Notice, ...]:
    """Return those that are in force at `at`, the newest first."""
    return tuple(sorted((n for n in notices if n.lasts_at(at)), key=lambda n: -n.begins))


def announced(release: Release, notices: Iterable[Notice]) -> tuple[Release, tuple[str, ...]]:
    """Return the release with the notices' prompts in it, and their names in the order in which they are said.

    One that does not speak the release's first language is passed over.
    """
    first = release.languages[0]
    prompts = {f"{PROMPT}{notice.id}": _spoken(notice) for notice in notices if first in notice.texts}
    return (replace(release, prompts={**release.prompts, **prompts}), tuple(prompts)) if prompts else (release, ())


def _spoken(notice: Notice) -> dict[str, Prompt]:
    return {lang: Prompt(text, notice.files[lang]) for lang, text in notice.texts.items()}


def shut_by(notices: Iterable[Notice]) -> frozenset[str]:
    """Return the calendars that these notices keep closed."""
    return frozenset(calendar for notice in notices for calendar in notice.closes)

"""A menu for trial: a draft compiled beside the releases, never in force, played to whoever asked for it.

``<home>/menu/trials`` holds the last few. Nothing of a trial is reported: it is no call of a citizen. A message that is
left in one is thrown away at its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from core.settings import Settings
from ivr.drivers.fastagi import MenuService, Telephone
from ivr.prompts import PromptStore
from ivr.releases import FlowStore, place_token

ROUTE = "trial"  # of FastAGI, in asterisk-conf/extensions.conf.j2


def trials(settings: Settings) -> Path:
    """Return the folder of the menus for trial."""
    return settings.home / "menu" / "trials"


def beginning(release_id: str) -> str:
    """Return the place where a caller of this menu begins, as one word on the wire."""
    return place_token(release_id, "", "")


class TrialService:
    """Serves the sessions of trials, like `MenuService` those of calls."""

    def __init__(self, folder: Path, prompts: PromptStore, clock: Callable[[], datetime]) -> None:
        self._messages = folder / "messages"
        self._menu = MenuService(FlowStore(folder), prompts, lambda *_: None, clock, self._messages)

    async def handle(self, session: Telephone) -> None:
        """Serve one session with the arguments (key of the trial, its beginning)."""
        await asyncio.to_thread(self._messages.mkdir, parents=True, exist_ok=True)
        try:
            await self._menu.handle(session)
        finally:
            await asyncio.to_thread(self._forget, session.args[0] if session.args else "none")

    def _forget(self, key: str) -> None:
        for path in self._messages.glob(f"{key}-message-*"):
            path.unlink(missing_ok=True)

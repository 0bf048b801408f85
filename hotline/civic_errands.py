"""What the worker does for the civic parts: documents to other platforms, calls that were attempts, text messages."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from core.db import Database
from core.settings import Settings
from workorders.exchange.courier import ExchangeCourier
from workorders.followup.courier import FollowUpCourier
from workorders.followup.gateway import Folder
from workorders.keeping.keeper import Keeper

PATIENCE = 20.0  # s another platform may take to answer; shorter than the lease of a document


class CivicErrands:
    """Two errands, each safe to do in several workers at once."""

    def __init__(self, settings: Settings, db: Database, keeper: Keeper, name: str, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._line = httpx.AsyncClient(timeout=PATIENCE, trust_env=False, follow_redirects=False)
        self._exchange = ExchangeCourier(db, keeper, self._line, name)
        gateway = Folder(settings.texts_dir) if settings.text_messages == "folder" else None
        self._follow_up = FollowUpCourier(db, keeper, gateway, settings.city, name)

    async def exchange(self) -> bool:
        """Send what is due to other platforms; tell whether anything was."""
        return await self._exchange.round(self._clock()) > 0

    async def follow_up(self) -> bool:
        """Count calls to citizens, ask and hear by text message; tell whether anything was done."""
        return await self._follow_up.round(self._clock()) > 0

    async def close(self) -> None:
        """Let go of the line."""
        await self._line.aclose()

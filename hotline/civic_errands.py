"""What the worker does for the civic parts: documents to other platforms, calls that were attempts, text messages."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import httpx

from core.db import Database
from core.settings import Settings
from workorders.exchange.courier import ExchangeCourier
from workorders.followup.courier import FollowUpCourier
from workorders.followup.gateway import Folder
from workorders.keeping.keeper import Keeper


class CivicErrands:
    """Three errands, each safe to do in several workers at once."""

    def __init__(self, settings: Settings, db: Database, keeper: Keeper, line: httpx.AsyncClient,
                 clock: Callable[[], float] = time.time) -> None:
        self._clock, name = clock, f"{settings.node}-{os.getpid()}"
        self._exchange = ExchangeCourier(db, keeper, line, name)
        gateway = Folder(settings.texts_dir) if settings.text_messages == "folder" else None
        self._follow_up = FollowUpCourier(db, keeper, gateway, settings.city, name)

    async def exchange(self) -> bool:
        """Send what is due to other platforms; tell whether anything was."""
        return await self._exchange.round(self._clock()) > 0

    async def forget(self) -> bool:
        """Forget documents that came in long ago; tell whether there were any."""
        return await self._exchange.forget(self._clock()) > 0

    async def follow_up(self) -> bool:
        """Count calls to citizens, ask and hear by text message; tell whether anything was done."""
        return await self._follow_up.round(self._clock()) > 0

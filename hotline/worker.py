"""The worker process: journal and the switch's own log → call records → orders, delivered exactly once.

Thirteen errands side by side, each in transactions of its own, each resumed where the database says it was: a worker
may be killed at any moment, and several may work on one PostgreSQL. Nothing here is on a live call's path.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.directory.keeping import LayingDirectory
from api.phones.keeping import LayingPhones
from api.rosters.keeping import Laying
from api.wire import once
from bridge.recording import Expected, Part, RecordingFile, verify
from core import facts
from core.control import ControlClient, ControlError
from core.db import Database, DatabaseDown
from core.facts import Fact
from core.in_use import InUseError, working_on
from core.log import configure, get_logger
from core.relay_postgres import announce
from core.secrets import load_secrets
from core.segments import JournalReader, last_seq
from core.settings import Settings
from hotline.civic_errands import CivicErrands
from hotline.database import migrated
from workorders import information, records, witness
from workorders.hooks import queue as hooks
from workorders.hooks.courier import HookCourier, Way
from workorders.keeping.keeper import Keeper
from workorders.keeping.watch import Watch
from workorders.models import CallRecord
from workorders.outbox import Courier

BATCH = 200  # facts kept in one transaction
QUIET = 1.0  # s without news of an ended call before it is settled
ONLY_SWITCH = 5.0  # the same for a call that the controller has not told of
RECORDING_PATIENCE = 10.0  # s a recording may take to be whole before its gap is believed
REOPEN = 10.0  # s after which a reader that hears nothing looks whether the journal is still the same
SILENT = 120.0  # s without news after which a call that nobody knows is thought interrupted
_LONGEST_PAUSE = 10.0
log = get_logger(__name__)

Clock = Callable[[], float]
Errand = Callable[[], Awaitable[bool]]


class Worker:
    """The errands of one installation. `name` tells workers apart."""

    def __init__(self, settings: Settings, db: Database, client: httpx.AsyncClient, clock: Clock = time.time,
                 hooks: HookCourier | None = None, civic: CivicErrands | None = None) -> None:
        self._hooks, self._civic = hooks, civic
        self._settings, self._db, self._clock = settings, db, clock
        name = f"{settings.node}-{os.getpid()}"
        self._courier = Courier(db, client, name)
        self._watch = Watch(db, Keeper(ZoneInfo(settings.timezone), settings.history_digest), name)
        self._control, self._rosters = ControlClient(settings.control_socket), Laying(db, settings.rosters_file)
        self._directory = LayingDirectory(db, settings.directory_file)
        self._phones = LayingPhones(db, self._control, load_secrets(settings))
        self._adopted = False
        self._reader: JournalReader | None = None
        self._opened_at = 0.0

    async def run(self) -> None:
        """Do all errands until cancelled."""
        errands: tuple[tuple[Errand, float], ...] = (
            (self.follow_journal, 0.2), (self.follow_switch, 0.5), (self.settle, 0.4), (self.deliver, 0.4),
            (self.watch, 1.0), (self.sweep, 30.0), (self.lay_rosters, 2.0), (self.lay_directory, 2.0),
            (self.lay_phones, 2.0),
            (self.forget_keys, 600.0), (self.tell_others, 1.0))
        if self._civic is not None:
            errands = (*errands, (self._civic.exchange, 2.0), (self._civic.follow_up, 5.0), (self._civic.forget, 600.0))
        try:
            async with asyncio.TaskGroup() as group:
                for errand, rest in errands:
                    group.create_task(_forever(errand, rest), name=errand.__name__)
        finally:
            self.close()

    # -- the journal -----------------------------------------------------------------------------------------
    async def follow_journal(self) -> bool:
        """Keep the next facts of the journal; tell whether there were any."""
        name = f"journal:{self._settings.node}"
        if self._reader is None:
            self._reader = await self._from_where_we_were(name)
        try:
            announces, before = self._settings.live_events == "postgres", self._reader.seq
            batch = await asyncio.to_thread(self._reader.poll, BATCH)
            if batch:
                await self._keep(batch, "controller", name, batch[-1].seq, "",
                                 before if announces else None)
        except BaseException:  # whatever it was: start again from where the database says we are
            self.close()
            raise
        if not batch and self._clock() - self._opened_at > REOPEN:
            self.close()
        return bool(batch)

    async def _from_where_we_were(self, name: str) -> JournalReader:
        async with self._db.reading() as session:
            position, _ = await records.offset(session, name)
        end = await asyncio.to_thread(last_seq, self._settings.journal_dir)
        if 0 < end < position:
            log.error("the journal was replaced by one that ends earlier; reading it whole", place=position, end=end)
            position = 0
        self._opened_at = self._clock()
        return JournalReader(self._settings.journal_dir, position)

    def close(self) -> None:
        """Let go of the journal."""
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    async def _keep(self, batch: Sequence[Fact], source: str, name: str, position: int, mark: str,
                    announced_after: int | None = None) -> None:
        try:
            async with self._db.writing() as session:
                await self._take(session, batch, source)
                if announced_after is not None:
                    await announce(session, batch, announced_after)
                await records.move_offset(session, name, position, mark)
        except SQLAlchemyError:
            log.exception("facts refused by the database, taking them one by one", reader=name)
            await self._keep_one_by_one(batch, source)
            async with self._db.writing() as session:
                await records.move_offset(session, name, position, mark)

    async def _take(self, session: AsyncSession, batch: Sequence[Fact], source: str) -> None:
        await records.keep(session, batch, source, self._clock())
        await information.promise(session, batch, self._settings.city, self._clock())

    async def _keep_one_by_one(self, batch: Sequence[Fact], source: str) -> None:
        """A fact that the database will never take must not stop those behind it."""
        for fact in batch:
            try:
                async with self._db.writing() as session:
                    await self._take(session, [fact], source)
            except SQLAlchemyError as error:
                log.error("fact passed over", seq=fact.seq, kind=fact.kind, call=fact.call, error=str(error))

    # -- the second witness ----------------------------------------------------------------------------------
    async def follow_switch(self) -> bool:
        """Keep what the switch's own log says since last time; tell whether it said anything."""
        name = f"switch:{self._settings.node}"
        async with self._db.reading() as session:
            position, mark = await records.offset(session, name)
        batch, further, now_at = await asyncio.to_thread(witness.read_on, self._settings.cel_file, position, mark)
        if (further, now_at) == (position, mark):
            return False
        await self._keep(batch, "cel", name, further, now_at)
        return True

    # -- the end of a call -----------------------------------------------------------------------------------
    async def settle(self) -> bool:
        """Verify the recordings of ended calls, and promise what they need; tell whether any was settled."""
        now, done = self._clock(), 0
        async with self._db.reading() as session:
            ended = await records.unsettled(session, now - QUIET)
        for record in ended:
            if record.source == "controller" or now - record.last_fact_at >= ONLY_SWITCH:
                done += await self._settle(record, now)
        return done > 0

    async def _settle(self, record: CallRecord, now: float) -> bool:
        async with self._db.reading() as session:
            told = await records.data_of(session, record.key, facts.RECORDING_PART)
        parts = [Part(str(data["party"]), int(data["part"]), at) for at, data in told]
        files = await asyncio.to_thread(_verified, self._settings.recordings_dir, record, parts)
        gap = "; ".join(f"{file.path}: {file.gap}" for file in files if file.gap)
        if gap and abs(now - (record.ended_at or 0.0)) < RECORDING_PATIENCE:
            return False
        if gap:
            log.warning("recording has a gap", call=record.key, gap=gap)
        async with self._db.writing() as session:
            return await records.settle(session, record.key, [asdict(file) for file in files], gap, now)

    async def deliver(self) -> bool:
        """Send what is due; tell whether anything was."""
        return await self._courier.round(self._clock()) > 0

    async def watch(self) -> bool:
        """Do what the clocks of orders ask for; tell whether any asked."""
        if not self._adopted:
            self._adopted = await self._watch.adopt() == 0
        return await self._watch.round(self._clock()) > 0

    async def sweep(self) -> bool:
        """Mark calls interrupted that never ended, that nobody has spoken of and that the controller does not know."""
        now = self._clock()
        query = select(CallRecord.key).where(col(CallRecord.ended_at).is_(None),
                                             col(CallRecord.last_fact_at) < now - SILENT).limit(500)
        async with self._db.reading() as session:
            silent = set((await session.execute(query)).scalars())
        if not silent:
            return False
        try:
            live = {str(call["call"]) for call in await self._control.do("calls.list")}
        except ControlError:
            return False
        gone = [Fact(0, now, facts.CALL_INTERRUPTED, key, f"{key}:silent", {"why": "nobody knows of it any more"})
                for key in sorted(silent - live)]
        async with self._db.writing() as session:
            await records.keep(session, gone, "worker", now)
        return False

    async def lay_rosters(self) -> bool:
        """Lay the duty rosters beside the controller where the file is not what the database says; tell whether."""
        return await self._rosters.round()

    async def lay_directory(self) -> bool:
        """Lay the directory beside controller and switch where the file is not what the database says; tell whether."""
        return await self._directory.round()

    async def lay_phones(self) -> bool:
        """Give the switch the secrets of telephones that it has not got since it came; tell whether there were any."""
        return await self._phones.round(self._clock())

    async def forget_keys(self) -> bool:
        """Forget Idempotency-Keys with their answers, and old webhooks, after their time; tell whether any were."""
        async with self._db.writing() as session:
            gone = await once.sweep(session, self._clock())
            return gone + await hooks.sweep(session, self._clock()) > 0

    async def tell_others(self) -> bool:
        """Send the webhooks that are due; tell whether any were."""
        return self._hooks is not None and await self._hooks.round(self._clock()) > 0


async def _forever(errand: Callable[[], Awaitable[bool]], rest: float) -> None:
    """Do an errand again and again: at once while there is work, after `rest` else, ever later while it fails."""
    failures = 0
    while True:
        try:
            busy = await errand()
            failures = 0
        except DatabaseDown as error:
            failures, busy = failures + 1, False
            log.warning("database away, errand waits", errand=errand.__name__, error=str(error))
        except Exception:  # one errand's fault must not end the others
            failures, busy = failures + 1, False
            log.exception("errand failed", errand=errand.__name__)
        if not busy:
            await asyncio.sleep(min(_LONGEST_PAUSE, rest * 2**min(failures, 8)))


def _verified(folder: Path, record: CallRecord, parts: Sequence[Part]) -> list[RecordingFile]:
    began, ended = record.answered_at or 0.0, record.ended_at or 0.0
    voices = [Expected(p["party"], p["role"], p["answered_at"], min(p["left_at"] or ended, ended))
              for p in record.parties if p["answered_at"] is not None]
    return verify(folder, record.key, began, ended, voices, parts)


def order_client(settings: Settings, own_token: str) -> httpx.AsyncClient:
    """Return the client for the keeper of orders.

    Our own web process knows our token; a remote keeper gets the one in ``<home>/work-orders.token``, if there is any.
    """
    token = own_token
    if settings.work_orders_url:
        file = settings.home / "work-orders.token"
        token = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=settings.orders_url, headers=headers, timeout=10.0, trust_env=False)


async def run(settings: Settings) -> None:
    """Run a worker until it is told to stop. Raises InUseError while a backup is being restored."""
    with working_on(settings.in_use_file):
        await _run(settings)


async def _run(settings: Settings) -> None:
    db, secrets = Database(settings.database), load_secrets(settings)
    way = Way(secrets.phones_key, settings.webhooks_private, f"{settings.node}-{os.getpid()}")
    async with order_client(settings, secrets.api_token) as client, httpx.AsyncClient(trust_env=False) as outside:
        keeper = Keeper(ZoneInfo(settings.timezone), settings.history_digest)
        civic = CivicErrands(settings, db, keeper, outside)
        worker = Worker(settings, db, client, hooks=HookCourier(db, outside, way), civic=civic)
        work = asyncio.create_task(_work(settings, worker), name="worker")
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            log.info("worker stops")
        finally:
            await db.close()


async def _work(settings: Settings, worker: Worker) -> None:
    await migrated(settings)
    await worker.run()


def main() -> None:
    """Entry point of ``python -m hotline.worker``."""
    configure("worker")
    try:
        asyncio.run(run(Settings()))
    except InUseError as error:
        raise SystemExit(f"✗ {error}") from error


if __name__ == "__main__":
    main()

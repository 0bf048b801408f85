"""The web process: HTTP, pages, the telephones' WebSocket. When it dies or spins, no call notices; it is started again.

A talk's sound does not come this way; a page whose socket is cut signs on again by itself.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.directory.keeping import LayingDirectory, take_stock
from api.rosters.keeping import publish
from core.control import ControlClient
from core.db import Database, DatabaseError
from core.in_use import InUseError, working_on
from core.log import configure, get_logger
from core.relay import Relay
from core.relay_postgres import PostgresFacts
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.database import migrated
from routing.directory import InForce
from routing.directory_file import directory_in_force
from web.install import install
from web.switch_socket import Sockets
from workorders.models import Offset

log = get_logger(__name__)
LOOK_AT_DIRECTORY = 5.0  # s


def build(settings: Settings, secrets: Secrets, directory: InForce, db: Database) -> tuple[FastAPI, uvicorn.Config]:
    """Return the application with API and pages, and how it is served."""
    control = ControlClient(settings.control_socket)
    app = create_app(settings, secrets, control, db)
    if settings.live_events == "postgres" and not db.is_sqlite:
        app.state.relay = Relay(PostgresFacts(db.url, partial(_position, db, f"journal:{settings.node}")))
    install(app, settings, directory)
    sockets = Sockets(app, settings, control)
    return app, uvicorn.Config(app, host=settings.web_address, port=settings.web_port, log_config=None,
                               access_log=False, timeout_graceful_shutdown=3, limit_concurrency=1000,
                               ws=sockets.protocol())


async def _ready(settings: Settings, db: Database) -> None:
    """Bring the tables up to date, then keep rosters and directory laid: after a restore the files may be old."""
    await migrated(settings)
    try:
        await publish(db, settings.rosters_file)
        await take_stock(db, directory_in_force(settings), time.time())
    except (OSError, DatabaseError) as error:
        log.error("rosters not published", error=str(error))
    laying = LayingDirectory(db, settings.directory_file)
    while True:
        await _laid(laying)
        await asyncio.sleep(LOOK_AT_DIRECTORY)


async def _laid(laying: LayingDirectory) -> None:
    """Have the directory's file be what the database says: another machine's web process may have saved."""
    try:
        await laying.round()
    except (OSError, DatabaseError) as error:
        log.error("directory not published", error=str(error))


async def _position(db: Database, name: str) -> int:
    async with db.reading() as session:
        row = await session.get(Offset, name)
    return row.position if row else 0


async def run(settings: Settings) -> None:
    """Serve until told to stop. Raises InUseError while a backup is being restored."""
    with working_on(settings.in_use_file):
        await _serve(settings)


async def _serve(settings: Settings) -> None:
    db = Database(settings.database)
    directory = directory_in_force(settings)
    directory.now()  # a first stock that cannot be read is said at the start
    app, config = build(settings, load_secrets(settings), directory, db)
    tables = asyncio.create_task(_ready(settings, db), name="tables")  # until they are there, answers are 503
    try:
        await uvicorn.Server(config).serve()
    finally:
        await app.state.together.close()
        tables.cancel()
        await asyncio.gather(tables, return_exceptions=True)
        await db.close()


def main() -> None:
    """Entry point of ``python -m hotline.web``."""
    configure("web")
    try:
        asyncio.run(run(Settings()))
    except InUseError as error:
        raise SystemExit(f"✗ {error}") from error


if __name__ == "__main__":
    main()

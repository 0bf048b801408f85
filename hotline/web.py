"""The web process: HTTP. When it dies or spins, no call notices; the supervisor starts it again."""

from __future__ import annotations

import asyncio

import uvicorn

from api.app import create_app
from core.control import ControlClient
from core.db import Database
from core.log import configure
from core.secrets import load_secrets
from core.settings import Settings
from hotline.database import migrated


async def run(settings: Settings) -> None:
    """Serve until told to stop."""
    db = Database(settings.database)
    app = create_app(settings, load_secrets(settings), ControlClient(settings.control_socket), db)
    config = uvicorn.Config(app, host=settings.web_address, port=settings.web_port, log_config=None, access_log=False,
                            timeout_graceful_shutdown=3, limit_concurrency=1000)
    tables = asyncio.create_task(migrated(settings), name="tables")  # until they are there, answers are 503
    try:
        await uvicorn.Server(config).serve()
    finally:
        tables.cancel()
        await asyncio.gather(tables, return_exceptions=True)
        await db.close()


def main() -> None:
    """Entry point of ``python -m hotline.web``."""
    configure("web")
    asyncio.run(run(Settings()))


if __name__ == "__main__":
    main()

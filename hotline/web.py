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


async def run(settings: Settings) -> None:
    """Serve until told to stop. The tables are made by the worker and the supervisor."""
    db = Database(settings.database)
    app = create_app(settings, load_secrets(settings), ControlClient(settings.control_socket), db)
    config = uvicorn.Config(app, host=settings.web_address, port=settings.web_port, log_config=None, access_log=False,
                            timeout_graceful_shutdown=3, limit_concurrency=1000)
    try:
        await uvicorn.Server(config).serve()
    finally:
        await db.close()


def main() -> None:
    """Entry point of ``python -m hotline.web``."""
    configure("web")
    asyncio.run(run(Settings()))


if __name__ == "__main__":
    main()

"""``hotline openapi``: the description of the HTTP interface, for those who write programs against it."""

from __future__ import annotations

import json
from typing import Final

import typer
from fastapi import FastAPI

from api.app import create_app
from core.control import ControlClient
from core.db import Database
from core.secrets import NAMES, Secrets
from core.settings import Settings

app = typer.Typer(help="接口说明(OpenAPI)· the description of the HTTP interface")
_NONE: Final = dict.fromkeys(NAMES, "")  # nobody is let in by an application that only describes itself


@app.command()
def openapi() -> None:
    """输出接口说明(OpenAPI,JSON)· print the OpenAPI description of the HTTP interface as JSON, in a stable order"""
    typer.echo(json.dumps(undressed().openapi(), ensure_ascii=False, indent=2, sort_keys=True))


def undressed() -> FastAPI:
    """Return the application only to be looked at: nobody is let in, nothing is opened."""
    settings = Settings()
    return create_app(settings, Secrets(**_NONE), ControlClient(settings.control_socket), Database("sqlite://"))

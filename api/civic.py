"""The civic routes in one place: exchange with other platforms, and what joins it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.exchange import documents as exchange_documents
from api.exchange import examples as exchange_examples
from api.exchange import routes as exchange_routes
from api.wire.examples import Examples

ROUTERS: Final[tuple[APIRouter, ...]] = (exchange_routes.router, exchange_documents.router)
EXAMPLES: Final[tuple[Examples, ...]] = (exchange_examples.EXAMPLES,)

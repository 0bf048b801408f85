"""The civic routes in one place: exchange with other platforms, the public façade, figures, follow-up."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.exchange import documents as exchange_documents
from api.exchange import examples as exchange_examples
from api.exchange import routes as exchange_routes
from api.followup import routes as followup
from api.open311 import release
from api.open311 import routes as open311
from api.reports import examples as report_examples
from api.reports import figures, important
from api.wire.examples import Examples

ROUTERS: Final[tuple[APIRouter, ...]] = (exchange_routes.router, exchange_documents.router, open311.router,
                                          release.router, figures.router, important.router,
                                          followup.router)
EXAMPLES: Final[tuple[Examples, ...]] = (exchange_examples.EXAMPLES, release.EXAMPLES,
                                         report_examples.EXAMPLES, followup.EXAMPLES)

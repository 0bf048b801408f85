"""What can go wrong with an exchange. All are WorkOrderError: refused like an act."""

from __future__ import annotations

from workorders.errors import NotFound
from workorders.life.errors import BadContent, LifeError


class ExchangeError(LifeError):
    """A document that may not go out or come in; nothing was changed."""

    code = "exchange_refused"


class BadSignature(ExchangeError):
    """The document is not from whom it says, or is too old."""

    code = "bad_signature"


class OutOfScope(ExchangeError):
    """The partner may not have this, or may not give it to us."""

    code = "out_of_scope"


class BadDocument(BadContent):
    """The document cannot be read."""

    code = "bad_document"


class NoSuchPartner(NotFound):
    """Nobody of this name exchanges orders with us."""

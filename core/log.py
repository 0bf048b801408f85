"""Logs: one JSON object a line on stderr; telephone numbers are masked before they are written.

A process calls `configure` once; everybody else takes `get_logger`. The supervisor leads stderr into a file. What is
said of a fault, by us or by a library, is said by `core/log_faults.py`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from core.log_faults import Raised, line_of, told, without_numbers
from core.log_faults import mask as mask

_NUMBERS = frozenset({"caller", "called", "number", "phone"})
_FAULTS = frozenset({"error", "why", "detail"})  # words of a fault


class PhoneNumber(str):
    """A telephone number: whole as a value, masked in every log."""

    __slots__ = ()

    def __repr__(self) -> str:
        return mask(self)


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, PhoneNumber) or (name in _NUMBERS and isinstance(value, str)):
            event[name] = mask(value)
        elif name in _FAULTS and isinstance(value, str):
            event[name] = line_of(value)
    return event


class _Plain(logging.Formatter):
    """The form of what libraries say: a fault of theirs may quote what people said, too."""

    def format(self, record: logging.LogRecord) -> str:
        return without_numbers(super().format(record))

    def formatException(self, ei: Raised | tuple[None, None, None]) -> str:
        return told(ei) if ei[1] is not None else ""


def configure(process: str, level: int = logging.INFO) -> None:
    """Set up logging for this process; `process` stands on every line."""
    structlog.contextvars.bind_contextvars(process=process)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _masked,
            structlog.processors.ExceptionRenderer(told),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),  # as it is then: a test may hold it
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger

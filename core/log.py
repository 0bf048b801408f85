"""Logs: one JSON object a line on stderr; telephone numbers are masked before they are written.

A process calls `configure` once; everybody else takes `get_logger`. The supervisor leads stderr into a file.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_NUMBERS = frozenset({"caller", "called", "number", "phone"})


class PhoneNumber(str):
    """A telephone number: whole as a value, masked in every log."""

    __slots__ = ()

    def __repr__(self) -> str:
        return mask(self)


def mask(number: str) -> str:
    """Return `number` with its middle hidden: ``13800001234`` → ``138****1234``; short ones keep two digits."""
    if len(number) <= 5:
        return number
    head, tail = (3, 4) if len(number) >= 9 else (1, 1)
    return f"{number[:head]}****{number[-tail:]}"


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, PhoneNumber) or (name in _NUMBERS and isinstance(value, str)):
            event[name] = mask(value)
    return event


def configure(process: str, level: int = logging.INFO) -> None:
    """Set up logging for this process; `process` stands on every line."""
    structlog.contextvars.bind_contextvars(process=process)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _masked,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger

"""An example of what an operation takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """`request`: the body, None where there is none; `response`: the answer of `status`, None where it is empty."""

    response: Any = None
    request: Any = None
    status: int = 200
    media: str = "application/json"


Examples = Mapping[str, Example]  # "GET /api/work-orders" → its example

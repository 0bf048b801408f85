"""The demonstration's own agent steps aside while a person sits at a desk, so that the newcomer's ring comes to them.

`moves` is pure; `keep` asks and tells over the HTTP interface, once a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

from hotline.demo.desk import Desk
from hotline.demo.errors import DemoError

WHY = "demo_aside"  # the reason of the break, by which the agent is known again
LOOK = 1.0  # s between two looks at who is there
_FREE = frozenset({"ready", "wrap_up"})


def moves(agents: Iterable[dict[str, Any]], own: str) -> tuple[str, str] | None:
    """Return state and reason that the demonstration's `own` agent should ask for, or None to leave them as they are.

    `agents`: rows of ``GET /api/agents``. A person is at a desk if an agent with a page is on duty or on a break of
    their own; a page that went away is nobody.
    """
    rows = list(agents)
    mine = next((row for row in rows if row["agent"] == own), None)
    if mine is None:
        return None
    person = any(row["kind"] == "web" and row["state"] != "offline" and row["why"] != "page_gone" for row in rows)
    if person and mine["state"] in _FREE:
        return "break", WHY
    if not person and (mine["state"] == "wrap_up" or (mine["state"], mine["why"]) == ("break", WHY)):
        return "ready", ""
    return None


async def keep(desk: Desk, own: str) -> None:
    """Step aside and come back until cancelled; what is refused for the moment is asked again."""
    while True:
        with contextlib.suppress(DemoError):
            if wish := moves(await desk.agents(), own):
                await desk.set_state(own, *wish)
        await asyncio.sleep(LOOK)

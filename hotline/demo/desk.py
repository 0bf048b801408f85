"""The agent's desk and the clerk's: the HTTP interface as the play uses it. Every answer is checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, TypeVar

import httpx

from hotline.demo.errors import DemoError, TooLateError

LOOK = 0.1  # seconds between two looks
T = TypeVar("T")


class Desk:
    """A client of one installation's API. Also an asynchronous context manager."""

    def __init__(self, base_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=15.0, trust_env=False)

    async def __aenter__(self) -> Desk:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **content: Any) -> Any:
        """Send a request and return the JSON of its answer. Raises DemoError for a refusal, with its words."""
        try:
            answer = await self._http.request(method, path, headers=headers, **content)
        except httpx.HTTPError as error:
            raise DemoError(f"{method} {path}: {error or type(error).__name__}") from error
        if answer.is_error:
            raise DemoError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    async def until(self, look: Callable[[], Awaitable[T | None]], deadline: float, complaint: str) -> T:
        """Ask again and again until `look` returns something. Raises TooLateError with the complaint."""
        end = time.monotonic() + deadline
        why = ""
        while time.monotonic() < end:
            try:
                if (found := await look()) is not None:
                    return found
            except DemoError as error:
                why = f" ({error})"
            await asyncio.sleep(LOOK)
        raise TooLateError(f"{complaint} within {deadline:g} s{why}")

    # -- calls ---------------------------------------------------------------------------------------------
    async def calls(self) -> list[dict[str, Any]]:
        """Return the live calls."""
        return rows(await self.ask("GET", "/api/calls"))

    async def call(self, key: str) -> dict[str, Any] | None:
        """Return one live call, or None if it is over."""
        return next((call for call in await self.calls() if call.get("call") == key), None)

    async def until_call(self, key: str, state: str, roles: set[str], deadline: float) -> dict[str, Any]:
        """Wait until a call is in `state` with parties of exactly these roles in the room, and return it."""

        async def look() -> dict[str, Any] | None:
            call = await self.call(key)
            if call is None or call.get("state") != state:
                return None
            return call if {p["role"] for p in call["parties"] if p["state"] == "room"} == roles else None

        return await self.until(look, deadline, f"the call did not come to {state} with {', '.join(roles) or 'nobody'}")

    # -- acts ----------------------------------------------------------------------------------------------
    async def agents(self) -> list[dict[str, Any]]:
        """Return the agents with their states."""
        return rows(await self.ask("GET", "/api/agents"))

    async def set_state(self, agent: str, state: str, why: str = "") -> None:
        """Make an agent ready, on a break or offline."""
        await self.ask("PUT", f"/api/agents/{agent}/state", json={"state": state, "why": why})

    async def invite(self, key: str, role: str, who: str) -> None:
        """Invite a unit or a person into a call."""
        await self.ask("POST", f"/api/calls/{key}/invitations", json={"role": role, "id": who, "private": False})

    async def leave(self, key: str, party: str) -> None:
        """Let a party leave; the others talk on."""
        await self.ask("POST", f"/api/calls/{key}/parties/{party}/leave")

    async def save_appeal(self, key: str, **appeal: str) -> None:
        """Save what the citizen asked for."""
        await self.ask("PUT", f"/api/calls/{key}/appeals/1", json=appeal)

    # -- afterwards ----------------------------------------------------------------------------------------
    async def record(self, key: str) -> dict[str, Any]:
        """Return the record of a call."""
        found = await self.ask("GET", f"/api/call-records/{key}")
        if not isinstance(found, dict):
            raise DemoError(f"the record of {key} is no object")
        return found

    async def orders(self, key: str) -> list[dict[str, Any]]:
        """Return the orders made of a call."""
        return rows(await self.ask("GET", "/api/work-orders", params={"call_key": key}))


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return the objects of an answer that is a list or has one in it."""
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), None)
    if not isinstance(answer, list):
        raise DemoError("the answer has no list in it")
    return answer

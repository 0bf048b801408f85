"""A client that does what a 503 says: the database was away for a moment, nothing was written, send it again."""

from __future__ import annotations

import httpx

TRIES = 4


class Patient(httpx.AsyncHTTPTransport):
    """Sends a request again while the answer is that the database is away; whoever else is away is told as it is."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(TRIES - 1):
            answer = await super().handle_async_request(request)
            if answer.status_code != 503 or not isinstance(request.stream, httpx.ByteStream):
                return answer
            if b"database_away" not in await answer.aread():
                return answer
        return await super().handle_async_request(request)

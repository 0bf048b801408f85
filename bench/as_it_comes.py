"""panoramisk's FastAGI as it comes, for comparison: the same two questions, none of our hardening.

    python -m bench.as_it_comes PORT PROMPT PROMPT

Loopback only and for the length of a run: a peer that closes before its header is whole would freeze it for ever.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from panoramisk import fast_agi


async def run(port: int, prompts: list[str]) -> None:
    """Serve until killed."""
    async def menu(request: fast_agi.Request) -> None:
        for name, prompt in zip(("FIRST", "SECOND"), prompts, strict=True):
            reply = await request.send_command(f"GET DATA {prompt} 3000 1")
            await request.send_command(f'SET VARIABLE {name} "{reply["result"][0]}"')

    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("menu", menu)
    server = await asyncio.start_server(application.handler, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(run(int(sys.argv[1]), sys.argv[2:]))

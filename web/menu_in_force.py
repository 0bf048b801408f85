"""The menu in force as pages show it: its document, and the names that stand for its steps, prompts and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from api.menu import routes_releases as releases


@dataclass(frozen=True, slots=True)
class InForce:
    """The release in force: its number (0: there is none on the shelf) and what was edited to make it."""

    number: int
    document: Mapping[str, Any]

    @property
    def language(self) -> str:
        """The language that is spoken first."""
        return self.languages[0]

    @property
    def languages(self) -> list[str]:
        """Every language, the first first."""
        return list(self.document.get("languages") or ["zh-CN"])

    def step(self, name: str) -> str:
        """Return what a step is called."""
        step = (self.document.get("steps") or {}).get(name) or {}
        return str(step.get("title") or name)

    def texts(self, prompt: str) -> dict[str, str]:
        """Return what a prompt says, by language."""
        said = (self.document.get("prompts") or {}).get(prompt) or {}
        return {lang: str(said.get(lang, "")) for lang in self.languages}


async def in_force(request: Request) -> InForce:
    """Return the menu in force."""
    return InForce(*await releases.in_force(request))

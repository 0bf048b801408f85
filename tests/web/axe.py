"""Accessibility of a page as axe-core (from npm, never committed) sees it, and what must be clean in it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from core.settings import PROJECT

SOURCE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")


async def faults(page: Page) -> list[str]:
    """Return what is seriously wrong with the page as it stands."""
    assert SOURCE.exists(), "axe-core is missing; get it with: make setup"
    await page.evaluate(SOURCE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES)
    return [f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"] if one["impact"] in SERIOUS for node in one["nodes"]]

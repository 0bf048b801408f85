"""Pages looked at in light and dark at people's widths: none is wider than its screen, axe finds nothing serious.

``make screenshots`` asks for the pictures too (PICTURES=1), in var/screenshots; without, a page is only looked at.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from playwright.async_api import Page

from core.settings import PROJECT
from tests.web.axe import faults

ASKED = "PICTURES" in os.environ
OUT = PROJECT / "var" / "screenshots"
WIDTHS = {"1280": (1280, 800), "1366": (1366, 768), "390": (390, 844)}
DRAWN = ("1366", "390")
THEMES = ("light", "dark")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def look(page: Page, name: str, *, whole: bool = True, themes: Sequence[str] = THEMES) -> None:
    """Look at the page as it stands, in its themes, at all widths; `whole`: draw what is below the fold too."""
    for theme in themes:
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            assert not await page.evaluate(TOO_WIDE), f"{name} at {width}"
            if width in DRAWN:
                await draw(page, f"{name}-{theme}-{width}", whole=whole or width == "390")
        assert await faults(page) == [], f"{name} {theme}"
    await page.set_viewport_size({"width": 1366, "height": 768})


async def draw(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of the page as it stands, if pictures are asked for."""
    if ASKED:
        OUT.mkdir(parents=True, exist_ok=True)
        assert len(await page.screenshot(path=OUT / f"{name}.png", full_page=whole)) > 5000, name

"""Pictures of pages, in var/screenshots: light and dark, at people's widths; none is wider than its screen."""

from __future__ import annotations

from playwright.async_api import Page

from core.settings import PROJECT
from tests.web.axe import faults

OUT = PROJECT / "var" / "screenshots"
WIDTHS = {"1280": (1280, 800), "1366": (1366, 768), "390": (390, 844)}
THEMES = ("light", "dark")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def take(page: Page, name: str, *, whole: bool = True) -> None:
    """Draw the page as it stands in both themes and all widths, axe looking on; `whole`: also below the fold."""
    for theme in THEMES:
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            assert not await page.evaluate(TOO_WIDE), f"{name} at {width}"
            path = OUT / f"{name}-{theme}-{width}.png"
            assert len(await page.screenshot(path=path, full_page=whole or width == "390")) > 5000, name
        assert await faults(page) == [], f"{name} {theme}"
    await page.set_viewport_size({"width": 1366, "height": 768})

"""People at real browsers with a house that has no telephones: pages and API as served, the controller remembered."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests.people.staff import PASSWORD, Staff
from workorders.life.words import Role

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
WAIT = 40_000  # ms; on a busy machine slow is no fault


class AtPages:
    """One browser; everybody has a window and cookies of their own."""

    def __init__(self, staff: Staff, chromium: str) -> None:
        self.staff, self._chromium = staff, chromium
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self.loud: list[str] = []

    async def __aenter__(self) -> AtPages:
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path=self._chromium, args=list(FLAGS))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        if self._browser:
            await self._browser.close()
        if self._playwright:
            await self._playwright.stop()

    async def person(self, login: str, *roles: Role, unit: str = "", agent: str = "", **more: Any) -> Page:
        """Add a person and sign them on through the page."""
        await self.staff.person(login, *roles, unit=unit, agent=agent)
        return await self.sign_on(login, **more)

    async def sign_on(self, login: str, **more: Any) -> Page:
        """Sign somebody on through the page, in a window of their own."""
        page = await self.stranger(**more)
        await page.goto("/sign-on")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_function("() => location.pathname !== '/sign-on'")
        return page

    async def stranger(self, **more: Any) -> Page:
        """Open a window in which nobody is signed on."""
        assert self._browser
        base = str(self.staff.house.client.base_url)
        context: BrowserContext = await self._browser.new_context(
            base_url=base, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **more)
        context.set_default_timeout(WAIT)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.loud.append(str(error)))
        return page


async def do(page: Page, number: str, act: str, why: str = "", text: str = "", **fields: str) -> None:
    """Do an act on the order's page as a person does: open it, fill in the form, press the key; wait."""
    await page.goto(f"/orders/{number}")
    version = await page.get_attribute("#order-page", "data-version")
    form = await opened(page, act)
    for name, value in fields.items():
        box = form.locator(f"[data-field={name}]").first
        kind = await box.get_attribute("data-kind")
        if kind in ("yes_no", "radio"):
            await form.locator(f"[data-field={name}][value='{value}']").check(force=True)
        elif kind == "yes":
            await box.set_checked(value == "true")
        elif await box.evaluate("box => box.tagName") == "SELECT":
            await box.select_option(value)
        else:
            await box.fill(value)
    for name, words in (("why", why), ("text", text)):
        if words:
            await form.locator(f"[name={name}]").fill(words)
    await form.locator("button[type=submit]").click()
    await page.wait_for_function(
        "seen => { const page = document.getElementById('order-page');"
        " const told = document.querySelector('.act-fault:not(:empty)');"
        " if (told) throw new Error(told.textContent); return page && page.dataset.version !== seen }", arg=version)


async def opened(page: Page, act: str) -> Any:
    """Open the form of an act, wherever it is folded away."""
    await page.evaluate("""act => { const form = document.querySelector(`form[data-act-form][data-do=${act}]`);
        if (!form) throw new Error('no form for ' + act + ' among ' +
            [...document.querySelectorAll('[data-do]')].map(one => one.dataset.do));
        for (let around = form; around; around = around.parentElement)
            if (around.tagName === 'DETAILS') around.open = true
    }""", act)
    return page.locator(f"form[data-act-form][data-do={act}]").first

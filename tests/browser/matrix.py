"""Every template of the site, in every state a reader can bring it into, and axe to look at each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.async_api import Page, ViewportSize, async_playwright

from portal.catalog.loader import load
from portal.release.pages import pages
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, Portal

#: what every page is looked at in: width of the window, colour scheme
LOOKS = [(360, "light"), (360, "dark"), (1280, "dark"), (1280, "light")]
#: pages looked at side by side: chromium gives each a process
ABREAST = 3
#: all of axe's rules, with the one that it leaves out by itself; what is folded away is looked at too
LOOK = """async () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  const found = await axe.run({resultTypes: ["violations"], rules: {"target-size": {enabled: true}}});
  return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""

Steps = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """A state of a template: its address below the locale, and what a reader does there."""

    template: str
    path: str
    steps: Steps | None = None
    state: str = ""


async def fill_in(page: Page) -> None:
    """Answer what the form requires, and go on to the check page."""
    await page.fill("[name=name]", "Grace Example")
    await page.fill("[name=email]", "grace@example.com")
    await page.fill("[name=company]", "Matrix Works")
    await page.select_option("[name=country]", "DE")
    await page.fill("[name=message]", "We make sputtering targets.\nAnd masks.")
    await page.check("input[name=consent_email]")
    await page.click("main form button[value=check]")
    await page.wait_for_selector("button[value=send]")


async def send(page: Page) -> None:
    """Fill in and send: the receipt."""
    await fill_in(page)
    await page.click("main form button[value=send]")
    await page.wait_for_url("**/receipt/**")


async def leave_empty(page: Page) -> None:
    """Send the form with nothing in it: the list of faults."""
    await page.click("main form button[value=check]")
    await page.wait_for_selector("#error-summary")


async def look_up_nothing(page: Page) -> None:
    """Ask for an inquiry that does not exist."""
    await page.fill("#reference", "CQ-0000-0000")
    await page.fill("#code", "none")
    await page.click("main form button[type=submit]")
    await page.wait_for_selector("[role=alert]")


#: states of the templates that are rendered on demand, and further states of those that are published
ON_DEMAND = [
    Case("404", "no-such-page/"),
    Case("check", "invest?opportunity=semiconductors", fill_in, "filled in"),
    Case("compare", "parks/compare", state="none chosen"),
    Case("compare", "parks/compare?p=liangjiang-new-area&p=bishan-hitech&p=no-such-park", state="two chosen"),
    Case("error", "x" * 1100, state="414"),
    Case("invest", "invest?opportunity=semiconductors&park=liangjiang-new-area", state="prefilled"),
    Case("invest", "invest", leave_empty, "with faults"),
    Case("opportunities", "opportunities/?stage=design&firm=leading", state="found"),
    Case("parks", "parks/?sector=electronics&sort=area&level=none", state="found"),
    Case("policies", "policies/?valid=yes", state="found"),
    Case("policycheck", "policies/check", state="no answer"),
    Case("policycheck", "policies/check?investor=foreign&sector=electronics", state="answered"),
    Case("receipt", "invest", send, "sent"),
    Case("search", "search", state="no question"),
    Case("search", "search?q=5G", state="hits"),
    Case("search", "search?q=qqqqzzzz", state="no hits"),
    Case("shortlist", "shortlist", state="empty"),
    Case("shortlist", "shortlist?o=semiconductors&p=liangjiang-new-area&p=bishan-hitech", state="filled"),
    Case("status", "receipt/", state="asking"),
    Case("status", "receipt/", look_up_nothing, "nothing found"),
]


@cache
def published(live: Path) -> list[Case]:
    """Of every published template, the address whose page has the most on it."""
    catalog = load(ROOT / "content")
    largest: dict[str, tuple[int, str]] = {}
    for page in pages(catalog):
        file = live / "en" / page.path
        size = (file if file.suffix == ".html" else file / "index.html").stat().st_size
        name = Path(page.template).stem
        if name != "404":
            largest[name] = max(largest.get(name, (0, "")), (size, page.path))
    return [Case(name, path, state="published") for name, (_, path) in sorted(largest.items())]


def cases(portal: Portal) -> list[Case]:
    """Every state of every template."""
    return published((portal.var / "current").resolve()) + ON_DEMAND


def languages(portal: Portal) -> list[str]:
    """The languages that are published."""
    return list(load((portal.var / "current" / "content").resolve()).site.locales)


def templates() -> set[str]:
    """The names of all templates of pages."""
    return {file.stem for file in (ROOT / "templates" / "pages").glob("*.html")}


async def _walk(portal: Portal, locales: list[str]) -> tuple[int, list[str]]:
    waiting = [(locale, case) for locale in locales for case in cases(portal)]
    found: list[str] = []
    seen = 0

    async def look_at(page: Page, locale: str, case: Case) -> int:
        await page.goto(f"{portal.url}/{locale}/{case.path}")
        if case.steps:
            await case.steps(page)
        await page.evaluate(Axe().axe_script)
        for width, scheme in LOOKS:
            await page.set_viewport_size(ViewportSize(width=width, height=800))
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for fault in await page.evaluate(LOOK):
                found.append(f"{locale} {case.template} ({case.state}, {width}, {scheme}) {fault}")
        return len(LOOKS)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

        async def take() -> None:
            nonlocal seen
            context = await browser.new_context(reduced_motion="reduce")
            page = await context.new_page()
            while waiting:
                locale, case = waiting.pop()
                looks = await look_at(page, locale, case)
                seen += looks
            await context.close()

        await asyncio.gather(*(take() for _ in range(ABREAST)))
        await browser.close()
    return seen, sorted(found)


def walk(portal: Portal, locales: list[str]) -> tuple[int, list[str]]:
    """Look at every state in every locale, width and colour scheme: how many were seen, and what axe found."""
    # In a thread: the other tests' browser keeps an event loop of its own in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_walk(portal, locales))).result()

"""Without a network: visited pages are shown as kept copies that say so, others as a page that explains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


def until(page: Page, expression: str, arg: object = None) -> None:
    """Ask again until it is true. The page's content policy forbids what the browser driver's own waiting does."""
    for _ in range(300):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"never true within a minute: {expression}")


def ready(page: Page) -> None:
    """Wait until the worker serves this page."""
    until(page, "() => navigator.serviceWorker.controller !== null")


def kept(page: Page, path: str) -> None:
    """Wait until a page is on the shelf."""
    until(page, "async (path) => Boolean(await caches.match(path))", path)


SHELF = (
    "(await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys())"
    ".map((request) => new URL(request.url).pathname + new URL(request.url).search))))"
    ".flat().filter((address) => !address.startsWith('/static/'))"
)
KEPT_AT = "(await caches.match(path)).headers.get('X-Kept-At')"


def shelf(page: Page) -> list[str]:
    """The addresses of all that is kept, but for files that belong to pages, in order."""
    return sorted(page.evaluate(f"async () => {SHELF}"))


def tell(page: Page, path: str) -> None:
    """Have the worker keep a page as if it had been open when the worker started."""
    page.evaluate("(path) => navigator.serviceWorker.controller.postMessage(path)", path)


@pytest.mark.parametrize(
    ("tag", "notice", "explained"), [("en", "no network", "has not been kept"), ("zh-Hans", "没有网络", "没有保存")]
)
def test_a_visited_page_is_kept_and_another_explained(
    context: BrowserContext, portal: Portal, tag: str, notice: str, explained: str
) -> None:
    page = context.new_page()
    page.goto(f"{portal.url}/{tag}/sectors/biotechnology/")
    ready(page)
    kept(page, f"/{tag}/sectors/biotechnology/")
    kept(page, f"/{tag}/offline/")
    heading = page.locator("h1").inner_text()
    context.set_offline(True)
    page.goto(f"{portal.url}/{tag}/sectors/biotechnology/")
    assert page.locator("h1").inner_text() == heading
    assert notice in page.locator(".kept-notice").inner_text()
    assert "20" in page.locator(".kept-notice").inner_text()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.site-header')).backgroundColor") != "rgba(0, 0, 0, 0)"
    )
    page.goto(f"{portal.url}/{tag}/sectors/electronics/")
    assert explained in page.locator("main").inner_text()
    assert page.locator("html").get_attribute("lang") == tag
    context.set_offline(False)
    page.goto(f"{portal.url}/{tag}/sectors/biotechnology/")
    assert page.locator(".kept-notice").count() == 0


def test_forms_searches_and_data_are_never_kept(context: BrowserContext, portal: Portal) -> None:
    page = context.new_page()
    page.goto(f"{portal.url}/en/")
    ready(page)
    kept(page, "/en/offline/")
    for path in (
        "/en/invest",
        "/en/search?q=chip",
        "/en/parks/?level=national",
        "/api/v1/sectors",
        "/data/en/parks.json",
    ):
        page.goto(f"{portal.url}{path}")
    page.goto(f"{portal.url}/en/regions/")
    kept(page, "/en/regions/")
    assert shelf(page) == ["/en/", "/en/offline/", "/en/regions/"]


def test_at_most_forty_pages_are_kept(context: BrowserContext, portal: Portal) -> None:
    page = context.new_page()
    page.goto(f"{portal.url}/en/")
    ready(page)
    kept(page, "/en/offline/")
    slugs = page.evaluate(
        "async () => (await (await fetch('/api/v1/opportunities?locale=en')).json()).items?.map((item) => item.slug)"
        " ?? [...(await (await fetch('/en/opportunities/')).text()).matchAll(/opportunities.([a-z0-9-]+).\"/g)].map((m) => m[1])"
    )
    wanted = list(dict.fromkeys(slugs))[:45]
    assert len(wanted) == 45
    paths = [f"/en/opportunities/{slug}/" for slug in wanted]
    for path in paths[:30]:
        tell(page, path)
        kept(page, path)
    before = page.evaluate(f"async (path) => {KEPT_AT}", paths[0])
    tell(page, paths[0])
    until(page, f"async ([path, before]) => {KEPT_AT} !== before", [paths[0], before])
    for path in paths[30:]:
        tell(page, path)
        kept(page, path)
    until(page, f"async () => {SHELF}.length === 41")
    # What was visited longest ago has gone; the first of them had been visited again.
    assert shelf(page) == sorted(["/en/offline/", paths[0], *paths[6:]])


def test_nothing_is_kept_where_the_browser_saves_data(context: BrowserContext, portal: Portal) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page = context.new_page()
    page.goto(f"{portal.url}/en/", wait_until="load")
    page.wait_for_timeout(1000)
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert page.evaluate("caches.keys().then((names) => names.length)") == 0

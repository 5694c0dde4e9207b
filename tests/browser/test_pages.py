"""Every kind of page: accessible, without third parties, and without sideways scrolling on a narrow phone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser

#: one address per template
PATHS = (
    "",
    "sectors/",
    "sectors/biotechnology/",
    "opportunities/",
    "opportunities/semiconductors/",
    "parks/",
    "parks/liangjiang-new-area/",
    "parks/?sector=electronics&sort=area",
    "opportunities/?stage=design&firm=leading",
    "policies/?valid=yes",
    "policies/check?investor=foreign&sector=electronics",
    "shortlist?o=semiconductors&p=liangjiang-new-area",
    "parks/compare?p=liangjiang-new-area&p=bishan-hitech",
    "policies/",
    "policies/foreign-investment-law/",
    "regions/",
    "regions/central-urban-area/",
    "events/",
    "plan/",
    "plan/requirements/",
    "data/",
    "guides/",
    "guides/why-chongqing/",
    "stories/",
    "glossary/",
    "sources/",
    "sitemap/",
    "search?q=5G",
    "search?q=qqqqzzzz",
    "invest?opportunity=semiconductors",
    "no-such-page/",
)
OPTIONS = {"rules": {"target-size": {"enabled": True}}}


def violations(page: Page) -> list[str]:
    """What axe finds, one line each."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{page.url} {rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280], ids=["phone", "desktop"])
@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_no_page_has_an_accessibility_violation(
    open_page: Callable[..., Page], portal: Portal, locale: str, width: int, dark: bool
) -> None:
    page = open_page(f"/{locale}/", width=width, dark=dark)
    found: list[str] = []
    for path in PATHS:
        page.goto(f"{portal.url}/{locale}/{path}")
        found += violations(page)
    assert not found, "\n".join(found)


def test_a_planted_violation_is_found(open_page: Callable[..., Page]) -> None:
    page = open_page("/en/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\">')")
    assert any("image-alt" in line for line in violations(page))


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_no_sideways_scrolling_at_320_pixels(open_page: Callable[..., Page], portal: Portal, locale: str) -> None:
    page = open_page(f"/{locale}/", width=320)
    wide = []
    for path in PATHS:
        page.goto(f"{portal.url}/{locale}/{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide.append(f"{path}: {width}")
    assert not wide, wide


def test_no_request_leaves_the_site_and_no_script_is_needed(open_page: Callable[..., Page], portal: Portal) -> None:
    page = open_page("/en/", script=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS:
        page.goto(f"{portal.url}/en/{path}")
        assert page.locator("h1").count() == 1, path
    assert asked
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(portal.url).netloc}


def test_the_language_switch_keeps_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/en/opportunities/semiconductors/", script=False)
    page.get_by_role("navigation", name="Language").get_by_role("link").first.click()
    assert page.url.endswith("/zh-Hans/opportunities/semiconductors/")
    assert page.locator("h1").inner_text() == "半导体"


def test_the_page_number_leads_to_the_block_in_the_plan(open_page: Callable[..., Page]) -> None:
    page = open_page("/zh-Hans/opportunities/semiconductors/", script=False)
    page.locator("a.plan-ref").first.click()
    assert page.url.endswith("/zh-Hans/plan/priorities/#b3.1.1-1")
    assert "溅射靶材" in page.locator(":target").inner_text()

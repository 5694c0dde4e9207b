"""Every kind of page: accessible, without third parties, and without sideways scrolling on a narrow phone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import matrix
from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser


def addresses(portal: Portal) -> list[str]:
    """Every state that has an address, below the locale."""
    return [case.path for case in matrix.cases(portal) if not case.steps]


def test_every_template_is_looked_at(portal: Portal) -> None:
    assert {case.template for case in matrix.cases(portal)} == matrix.templates()


def test_no_page_has_an_accessibility_violation(portal: Portal, record_property: Callable[[str, object], None]) -> None:
    locales = matrix.languages(portal)
    seen, found = matrix.walk(portal, locales)
    states = len(matrix.cases(portal))
    record_property(
        "said",
        f"axe: {len(matrix.templates())} templates in {states} states × {len(locales)} languages × "
        f"{len(matrix.LOOKS)} (phone, desktop; light, dark) = {seen} looks, {len(found)} violations",
    )
    assert seen == states * len(locales) * len(matrix.LOOKS)
    assert not found, "\n".join(found)


def test_a_planted_violation_is_found(open_page: Callable[..., Page]) -> None:
    page = open_page("/en/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\">')")
    page.evaluate(Axe().axe_script)
    assert any("image-alt" in line for line in page.evaluate(matrix.LOOK))


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_no_sideways_scrolling_at_320_pixels(open_page: Callable[..., Page], portal: Portal, locale: str) -> None:
    page = open_page(f"/{locale}/", width=320)
    wide = []
    for path in addresses(portal):
        page.goto(f"{portal.url}/{locale}/{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide.append(f"{path}: {width}")
    assert not wide, wide


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
@pytest.mark.parametrize("path", ["sectors/", "data/"])
def test_no_letter_of_a_chart_is_cut_off_at_320_pixels(open_page: Callable[..., Page], locale: str, path: str) -> None:
    page = open_page(f"/{locale}/{path}", width=320)
    texts = page.locator("svg.chart-bars text")
    assert texts.count() > 12
    edges = texts.evaluate_all(
        "texts => texts.map(text => [text.textContent, text.getBoundingClientRect(),"
        " text.ownerSVGElement.getBoundingClientRect()]).filter(([, text, svg]) =>"
        " text.left < svg.left - 1 || text.right > svg.right + 1 || text.bottom > svg.bottom + 1)"
        ".map(([words]) => words)"
    )
    assert edges == []


def test_no_request_leaves_the_site_and_no_script_is_needed(open_page: Callable[..., Page], portal: Portal) -> None:
    page = open_page("/en/", script=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in addresses(portal):
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

"""The search page in a browser: by keyboard, without a script, on a phone, laid out from right to left."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
WIDE = "document.documentElement.scrollWidth"
NARROW = "main .facets a"


def asked(page: Page) -> dict[str, list[str]]:
    """What the address asks for."""
    return parse_qs(urlsplit(page.url).query)


def test_suggestions_are_chosen_by_keyboard(open_page: Open) -> None:
    page = open_page("/en/search")
    Keyboard(page).to("#q")
    field, options = page.locator("#q"), page.locator("[role=option]")
    page.keyboard.type("semicond", delay=20)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert field.input_value() == "semicond"
    page.keyboard.type("u", delay=20)
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    title = options.first.inner_text()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == title


def test_enter_without_a_choice_searches(open_page: Open) -> None:
    page = open_page("/en/search")
    Keyboard(page).to("#q")
    page.keyboard.type("sputtering targets", delay=5)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert asked(page)["q"] == ["sputtering targets"]
    assert page.locator(".results h2 a").first.get_attribute("href") == "/en/opportunities/semiconductors/#materials"


@pytest.mark.parametrize(("locale", "width"), [("en", 1280), ("zh-Hans", 360)], ids=["wide", "phone"])
def test_without_a_script_results_are_narrowed_turned_and_opened(open_page: Open, locale: str, width: int) -> None:
    keys = Keyboard(open_page(f"/{locale}/search", width=width, script=False))
    keys.to("#q")
    keys.page.keyboard.type("technology")
    with keys.page.expect_navigation():
        keys.page.keyboard.press("Enter")
    everything = keys.page.locator("main [role=status]").first.inner_text()
    assert keys.page.locator(".results > li").count() == 10
    keys.press("main .pager a[rel=next]")
    assert keys.page.locator(".results").get_attribute("start") == "11"
    keys.press("main .pager a[rel=prev]")
    if keys.page.locator("main .fold > summary").is_visible():  # folded on phones only
        keys.to("main .fold > summary")
        keys.page.keyboard.press("Enter")
    keys.press(f"{NARROW}[href*='type=park']")
    assert asked(keys.page)["type"] == ["parks"]
    narrowed = keys.page.locator("main [role=status]").first.inner_text()
    assert narrowed != everything
    keys.press(f"{NARROW}[aria-current]")
    assert "type" not in asked(keys.page)
    assert keys.page.locator("main [role=status]").first.inner_text() == everything
    link = ".results li:first-child h2 a"
    title = keys.page.locator(link).inner_text()
    keys.press(link)
    assert title.startswith(keys.page.locator("h1").inner_text())


def test_nothing_found_leads_to_sectors_and_the_form(open_page: Open) -> None:
    keys = Keyboard(open_page("/en/search?q=qwxzv+jkvbq", script=False))
    assert "qwxzv jkvbq" in keys.page.locator("main [role=status]").inner_text()
    assert keys.page.locator("main a[href^='/en/sectors/']").count() == 17
    keys.press("main a[href*='/en/invest']")
    assert keys.page.input_value("#message") == "qwxzv jkvbq"


def test_a_typing_error_is_named_and_put_right(open_page: Open) -> None:
    keys = Keyboard(open_page("/en/search?q=semicondcutors", script=False))
    assert keys.page.locator(".results > li").count() > 0
    keys.press("main .note[role=status] a")
    assert asked(keys.page)["q"] == ["semiconductors"]
    assert keys.page.locator(".note[role=status]").count() == 0


@pytest.mark.parametrize("query", ["مصاعد", "technology", "qwxzv jkvbq", "W" * 100])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_cut_or_scrolls_sideways_either_way_round(open_page: Open, query: str, width: int) -> None:
    page = open_page(f"/en/search?q={query}", width=width)
    assert page.evaluate(WIDE) <= width
    field, button = page.locator("#q"), page.locator("main form button")
    assert _left(field) < _left(button)
    page.evaluate("document.documentElement.dir = 'rtl'; document.documentElement.lang = 'ar'")
    assert page.evaluate(WIDE) <= width
    assert _left(field) > _left(button)


def test_an_arabic_query_reads_from_right_to_left_in_an_english_page(open_page: Open) -> None:
    page = open_page("/en/search?q=مصاعد")
    assert page.locator(".results h2 a").first.get_attribute("href") == "/en/opportunities/lifts/"
    assert page.evaluate("getComputedStyle(document.querySelector('#q')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('.results')).direction") == "ltr"


def _left(thing: Locator) -> float:
    box = thing.bounding_box()
    assert box is not None
    return float(box["x"])

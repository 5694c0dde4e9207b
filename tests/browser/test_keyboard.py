"""Every tool without a script and by keyboard alone, on a wide screen and at 400 % zoom."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Portal
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

Start = Callable[[str], Keyboard]
BUTTON = "form.finder button[type=submit]"


@pytest.fixture(params=[("en", 1280), ("zh-Hans", 320)], ids=["en", "zh-Hans at 400 %"])
def start(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Start:
    """Open an address below the locale without script; 320 pixels are what 1280 become at 400 % zoom."""
    locale, width = request.param
    return lambda path: Keyboard(open_page(f"/{locale}/{path}", width=width, script=False))


def asked(page: Page) -> dict[str, list[str]]:
    """What the address asks for."""
    return parse_qs(urlsplit(page.url).query)


def test_the_first_tab_leads_past_the_header(start: Start) -> None:
    keys = start("parks/")
    keys.to("a.skip-link")
    assert keys.steps == 1
    assert keys.page.locator("a.skip-link").is_visible()
    keys.page.keyboard.press("Enter")
    keys.page.keyboard.press("Tab")
    assert keys.page.locator("main :focus").count() == 1


@pytest.mark.parametrize(
    ("path", "field", "value", "link"),
    [
        ("parks/", "sector", "electronics", ".park-list li:first-child div > a:first-child"),
        ("opportunities/", "sector", "biotechnology", ".park-list li:first-child div > a:first-child"),
        ("policies/", "valid", "yes", "main ul.plain > li:first-child > a"),
    ],
    ids=["parks", "opportunities", "policies"],
)
def test_a_finder_finds_and_a_result_opens(start: Start, path: str, field: str, value: str, link: str) -> None:
    keys = start(path)
    keys.choose(f"#f-{field}", value)
    keys.press(BUTTON)
    assert asked(keys.page)[field] == [value]
    assert keys.page.input_value(f"#f-{field}") == value
    assert keys.page.locator(".finder-count").is_visible()
    assert keys.page.locator(".reasons").count() > 0
    title = keys.page.locator(link).first.inner_text()
    keys.press(link)
    assert keys.page.locator("h1").inner_text() == title


def test_two_parks_are_compared(start: Start) -> None:
    keys = start("parks/")
    boxes = keys.page.locator("input[name=p]")
    chosen = [str(boxes.nth(number).get_attribute("value")) for number in (0, 2)]
    for slug in chosen:
        keys.tick(f"#p-{slug}")
    keys.press("form p.actions button:not([formaction])")
    assert asked(keys.page)["p"] == chosen
    assert keys.page.locator("main thead th[scope=col]").count() == 2
    assert keys.page.locator("main tbody th[scope=row]").count() > 3


def test_three_answers_make_a_policy_check(start: Start) -> None:
    keys = start("policies/check")
    fields = keys.page.locator("form.finder select")
    for number in range(3):
        field = fields.nth(number)
        value = field.locator("option").nth(1).get_attribute("value")
        keys.choose(f"#{field.get_attribute('id')}", str(value))
    keys.press(BUTTON)
    assert len(asked(keys.page)) >= 3
    assert keys.page.locator("ul.checked > li").count() > 0
    assert keys.page.locator(".reasons .state").count() > 2
    title = keys.page.locator("ul.checked > li h3 a").first.inner_text()
    keys.press("ul.checked > li:first-child h3 a")
    assert keys.page.locator("h1").inner_text() == title


def test_a_shortlist_is_made_changed_and_sent_with_the_form(start: Start) -> None:
    keys = start("parks/?sector=electronics")
    park = str(keys.page.locator("input[name=p]").first.get_attribute("value"))
    keys.tick(f"#p-{park}")
    keys.press("p.actions button[formaction]")
    assert asked(keys.page) == {"p": [park]}
    keys.press("section[aria-labelledby=opportunities] > p.screen-only a")
    keys.choose("#f-sector", "biotechnology")
    keys.press(BUTTON)
    opportunity = str(keys.page.locator("input[name=o]").first.get_attribute("value"))
    keys.tick(f"#o-{opportunity}")
    keys.press("p.actions button")
    assert asked(keys.page) == {"p": [park], "o": [opportunity]}
    assert keys.page.locator("ul.checked > li").count() == 2
    keys.press("section[aria-labelledby=parks] ul.checked p.screen-only a")
    assert asked(keys.page) == {"o": [opportunity]}
    keys.press(".call-box a.button")
    assert keys.page.locator(f"input[name=opportunities][value='{opportunity}']").is_checked()
    assert keys.page.locator(f"input[value='{park}']:checked").count() == 0


@pytest.mark.parametrize("path", ["", "parks/?sector=electronics", "invest", "plan/requirements/"])
def test_the_focus_shows_in_forced_colours_and_nothing_moves(browser: Browser, portal: Portal, path: str) -> None:
    context = browser.new_context(
        forced_colors="active",
        reduced_motion="reduce",
        java_script_enabled=False,
        viewport={"width": 1280, "height": 800},
    )
    page = context.new_page()
    page.goto(f"{portal.url}/en/{path}")
    Keyboard(page).to("main :is(a, input, select)")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(element => {
          const style = getComputedStyle(element);
          return [style.transitionDuration, style.animationDuration].some(
            text => text.split(",").some(one => parseFloat(one) > 0.01));
        }).map(element => element.outerHTML.slice(0, 100))"""
    )
    assert not moving, moving
    context.close()

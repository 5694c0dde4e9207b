"""The inbox in a browser: logged in by keyboard alone, accessible, and no wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from portal import db, envelope
from tests.support.cases import DESKS, event, receive
from tests.support.leads import LOGIN, PASSWORD, Clock, make_inbox
from tests.support.servers import served

pytestmark = pytest.mark.browser

PATHS = (
    "/leads",
    "/leads?quarantine=1",
    "/leads/lead-00001",
    "/leads/lead-00001/erase",
    "/leads/none",
    "/audit",
    "/people",
    "/account",
)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("inbox")
    engine, clock = db.make_engine(f"sqlite:///{folder / 'inbox.db'}"), Clock()
    db.upgrade(engine, "inbox")
    keys = envelope.load_or_create_keys(folder / "keys")
    receive(
        engine,
        clock,
        event(keys, 1, clock(), sectors=["ic"], website=f"https://example.com/{'long' * 60}"),
        event(keys, 2, clock(), quarantined=True),
    )
    with served(make_inbox(engine, keys, clock=clock, desks=lambda: DESKS)) as address:
        yield address
    engine.dispose()


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (360, False), (1280, True)], ids=["desktop", "phone", "dark"]
)
def test_from_login_by_keyboard_through_every_page(browser: Browser, inbox: str, width: int, dark: bool) -> None:
    # axe is a script of the test: the policy of the pages, which allows none, is set aside for it.
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", bypass_csp=True
    )
    page = context.new_page()
    found: list[str] = []

    def look() -> None:
        for rule in Axe().run(page).response["violations"]:
            found.extend(f"{page.url} {rule['id']}: {node['html'][:120]}" for node in rule["nodes"])
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{page.url} is too wide")

    page.goto(f"{inbox}/leads")
    assert page.url == f"{inbox}/login"
    look()
    for name, typed in (("login", LOGIN), ("password", PASSWORD)):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == name
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.type(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{inbox}/leads"
    for path in PATHS:
        page.goto(f"{inbox}{path}")
        assert page.locator("h1").count() == 1
        look()
    assert not found, "\n".join(found)
    page.get_by_role("button", name="Log out").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{inbox}/leads")
    assert page.url == f"{inbox}/login"
    context.close()


def test_the_stylesheet_reaches_the_page_under_its_own_policy(browser: Browser, inbox: str) -> None:
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{inbox}/login")
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 0
    assert refused == []
    page.close()

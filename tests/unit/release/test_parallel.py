"""The plan side by side: every block once, in Chinese and beside it in another language."""

import gzip

import pytest
from bs4 import BeautifulSoup

from portal.catalog.loader import load
from tests.conftest import SeenPage
from tests.support.content import ROOT


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    plan = load(ROOT / "content").plan
    return {block.id: block.text for block in plan.blocks.values() if block.kind != "chapter"}


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_every_block_stands_once_in_both_languages(pages: dict[str, SeenPage], texts: dict[str, str], tag: str) -> None:
    found: dict[str, tuple[str, str]] = {}
    for address, page in pages.items():
        if "/parallel/" in address and address.startswith(f"/{tag}/"):
            for pair in BeautifulSoup(page.html, "html.parser").select(".pair"):
                link = pair.select_one(":scope > a")
                sides = pair.select(":scope > p, :scope > h2")
                assert link is not None
                assert len(sides) == 2, link
                assert link.text not in found
                assert link["href"] == f"#{pair['id']}"
                found[link.text] = (sides[0].get_text(), sides[1].get_text())
                chinese = sides[0].get("lang", tag)
                assert (chinese, sides[1].get("lang", tag)) == ("zh-Hans", "en"), link
    assert found.keys() == texts.keys()
    assert {ref: sides[0] for ref, sides in found.items()} == texts
    assert all(other and other != chinese for chinese, other in found.values())


def test_parts_of_a_long_chapter_lead_to_each_other(pages: dict[str, SeenPage]) -> None:
    parts = sorted(address for address in pages if address.startswith("/en/plan/priorities/parallel/"))
    assert len(parts) > 1
    for address in parts:
        soup = BeautifulSoup(pages[address].html, "html.parser")
        assert [str(link["href"]) for link in soup.select(".pager a")] == parts
        assert soup.select(".pager [aria-current=page]")[0]["href"] == address
        assert len(gzip.compress(pages[address].html.encode(), 9)) < 45_000


def test_reading_aids_need_no_script(pages: dict[str, SeenPage]) -> None:
    soup = BeautifulSoup(pages["/en/"].html, "html.parser")
    aids = [str(box["id"]) for box in soup.select(".reading input[type=checkbox]")]
    assert aids == ["aid-large", "aid-contrast", "aid-space"]
    css = (ROOT / "static" / "css" / "site.css").read_text("utf-8")
    assert all(f":root:has(#{aid}:checked)" in css for aid in aids)


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_the_style_page_is_there_and_not_indexed(pages: dict[str, SeenPage], tag: str) -> None:
    soup = BeautifulSoup(pages[f"/{tag}/style/"].html, "html.parser")
    robots = soup.select_one("meta[name=robots]")
    assert robots is not None
    assert robots["content"] == "noindex"
    shown = {name for element in soup.select("main [class]") for name in element["class"]}
    assert {"cards", "plain", "note", "callout", "button", "badge", "chart", "map", "terms", "reasons"} <= shown

"""PDFs and share cards over HTTP: right words, fonts, links; cached; refused where they should be."""

import re
from pathlib import Path

import httpx
import pytest
from PIL import Image

from portal.release.press import Press, PressBusyError, PressUnavailableError
from tests.support.content import BASE_URL
from tests.support.paper import read
from tests.support.site import Site

CASES = [
    ("en", "opportunities/semiconductors", "Semiconductors", "wafer-level packaging", "plan, p. 14", "Noto-Sans"),
    ("zh-Hans", "opportunities/semiconductors", "半导体", "溅射靶材", "规划第14页", "Noto-Sans-CJK-SC"),
    ("en", "sectors/biotechnology", "Biotechnology", "biomedicine", "plan, p. ", "Noto-Sans"),
    ("zh-Hans", "sectors/biotechnology", "生物技术", "生物", "规划第", "Noto-Sans-CJK-SC"),
    ("en", "parks/liangjiang-new-area", "Liangjiang New Area", "State Council", "2010", "Noto-Sans"),
    ("zh-Hans", "parks/liangjiang-new-area", "重庆两江新区", "国务院", "2010", "Noto-Sans-CJK-SC"),
]


def made(site: Site, path: str) -> httpx.Response:
    """Ask as a patient reader does: again while the answer is "being made"."""
    for _ in range(6):
        answer = site.get(path)
        if answer.status_code != 503:
            break
        assert answer.headers["retry-after"] == "10", answer.text
    return answer


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize(("tag", "path", "title", "words", "place", "font"), CASES)
def test_a_leaflet_holds_words_places_fonts_and_links(
    site: Site, tag: str, path: str, title: str, words: str, place: str, font: str
) -> None:
    answer = made(site, f"/{tag}/{path}.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    slug = path.split("/")[1]
    assert answer.headers["content-disposition"].startswith(f'inline; filename="invest-chongqing-{slug}-{tag}.pdf"')
    paper = read(answer.content)
    text = bare(paper.text)
    for expected in (title, words, place, site.get("/readyz").json()["release"]):
        assert bare(expected) in text, expected
    assert title in paper.title
    assert paper.tagged
    assert paper.language == tag
    # Embedded as subsets: six capitals and a plus sign before the name.
    assert paper.embedded
    assert paper.fonts
    assert all(re.match(r"[A-Z]{6}\+", name) for name in paper.fonts), paper.fonts
    assert any(name.endswith((f"+{font}", f"+{font}-Bold")) for name in paper.fonts), (
        f"{paper.fonts}: install the fonts"
    )
    # Links lead to the page, the plan and the form.
    assert f"{BASE_URL}/{tag}/{path}/" in paper.links
    assert any(link.startswith(f"{BASE_URL}/{tag}/invest?") for link in paper.links)
    own = [link for link in paper.links if link.startswith(BASE_URL)]
    broken = [link for link in own if site.get(link.removeprefix(BASE_URL).partition("#")[0]).status_code != 200]
    assert broken == []


def test_a_shortlist_holds_what_is_on_it(site: Site) -> None:
    answer = made(site, "/en/shortlist.pdf?o=semiconductors&p=liangjiang-new-area&o=no-such&o=semiconductors")
    assert answer.status_code == 200
    paper = read(answer.content)
    assert "Semiconductors" in paper.text
    assert "Liangjiang New Area" in paper.text
    assert f"{BASE_URL}/en/invest?opportunity=semiconductors&park=liangjiang-new-area" in paper.links
    assert f"{BASE_URL}/en/shortlist?o=semiconductors&p=liangjiang-new-area" in paper.links


def test_a_leaflet_is_kept_and_known_by_its_etag(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(site, "/en/parks/bishan-hitech.pdf")
    assert first.status_code == 200

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Press, "_work", never)
    assert site.get("/en/parks/bishan-hitech.pdf").content == first.content
    again = site.get("/en/parks/bishan-hitech.pdf", if_none_match=first.headers["etag"])
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize(
    "path",
    [
        "en/opportunities/no-such.pdf",
        "fr/opportunities/semiconductors.pdf",
        "en/policies/foreign-investment-law.pdf",
        "en/shortlist.pdf",
        "en/shortlist.pdf?o=no-such",
        "en/parks/..%2f..%2fetc.pdf",
        "en/guides/why-chongqing/card.png",
        "en/parks/no-such/card.png",
        "fr/card.png",
    ],
)
def test_what_has_no_paper_is_not_found(site: Site, path: str) -> None:
    assert site.get(f"/{path}").status_code == 404


@pytest.mark.parametrize(
    ("error", "wait", "words"),
    [(PressBusyError(), "10", "being made"), (PressUnavailableError("libpango"), "3600", "not available")],
)
def test_a_reader_is_told_when_there_is_no_paper_now(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception, wait: str, words: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Press, "ask", refuse)
    answer = site.get("/en/parks/fuling-cbz.pdf")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == wait
    assert words in answer.text


@pytest.mark.parametrize("path", ["zh-Hans/card.png", "en/opportunities/semiconductors/card.png"])
def test_a_share_card_is_a_picture_of_the_right_size(site: Site, tmp_path: Path, path: str) -> None:
    answer = made(site, f"/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    (tmp_path / "card.png").write_bytes(answer.content)
    with Image.open(tmp_path / "card.png") as picture:
        assert picture.size == (1200, 630)
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 50


def test_every_indexed_page_names_a_card_that_exists(site: Site, pages: dict[str, object]) -> None:
    seen = set()
    for address in ("/en/", "/zh-Hans/sectors/biotechnology/", "/en/guides/", "/en/policies/foreign-investment-law/"):
        html = site.get(address).text
        found = re.search(r'property="og:image" content="([^"]+)"', html)
        assert found, address
        seen.add(found[1])
        assert re.search(r'property="og:locale" content="(en_GB|zh_CN)"', html)
        assert re.search(r'property="og:title" content="[^"]+"', html)
    assert seen == {
        f"{BASE_URL}/en/card.png",
        f"{BASE_URL}/zh-Hans/sectors/biotechnology/card.png",
        f"{BASE_URL}/en/policies/foreign-investment-law/card.png",
    }

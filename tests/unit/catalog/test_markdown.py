"""Markdown bodies: nothing raw gets through, every link goes through the catalog, Chinese emphasis closes."""

import pytest
from bs4 import BeautifulSoup

from portal.catalog.markdown import Link, link_targets, render

KNOWN = {("park", "lj"): Link("/en/parks/lj/", "Liangjiang", "park-ref"), ("plan", "1~1"): Link("/en/plan/a/#b1~1")}


def html(text: str) -> str:
    return render(text, lambda scheme, target: KNOWN.get((scheme, target)))


def test_plain_structure() -> None:
    assert html("## Head\n\n- one\n- *two*\n") == "<h2>Head</h2>\n<ul>\n<li>one</li>\n<li><em>two</em></li>\n</ul>\n"


def test_template_marks_stay_words() -> None:
    assert html("{{ 7*7 }} {% raw %} ${x}") == "<p>{{ 7*7 }} {% raw %} ${x}</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<svg/onload=alert(1)>",
        "<a href='https://x' onclick=x>a</a>",
        "<!-- hidden -->",
        "<iframe src='https://x'></iframe>",
        "- <b>x</b>",
    ],
)
def test_raw_html_is_shown_as_text(text: str) -> None:
    made = html(text)
    soup = BeautifulSoup(made, "html.parser")
    assert {tag.name for tag in soup.find_all()} <= {"p", "ul", "li"}
    assert text.removeprefix("- ") in soup.get_text()


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](vbscript:x)",
        "[x](data:text/html;base64,eA==)",
        "[x](http://example.org/)",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "![x](https://example.org/x.png)",
        '[x](https://example.org/ "t\\" onclick=x")',
    ],
)
def test_nothing_dangerous_is_left_of_a_link(text: str) -> None:
    soup = BeautifulSoup(html(text), "html.parser")
    assert soup.find("img") is None
    for link in soup.find_all("a"):
        assert str(link.get("href", "https:")).startswith("https:")
        assert set(link.attrs) <= {"href", "title"}


def test_links_get_their_address_text_and_class_from_the_catalog() -> None:
    assert html("[](park:lj)") == '<p><a href="/en/parks/lj/" class="park-ref">Liangjiang</a></p>\n'
    assert html("[own words](park:lj)") == '<p><a href="/en/parks/lj/" class="park-ref">own words</a></p>\n'
    assert html("[p. 3](plan:1~1)") == '<p><a href="/en/plan/a/#b1~1">p. 3</a></p>\n'
    assert html("[a](https://example.org/)") == '<p><a href="https://example.org/">a</a></p>\n'


def test_a_link_that_leads_nowhere_leaves_its_words() -> None:
    assert html("a [b *c*](park:nowhere) d [](park:lj)").startswith("<p>a b <em>c</em> d <a ")


def test_empty_text_is_filled_once_per_link() -> None:
    assert html("[](park:lj)[](park:lj)").count("Liangjiang") == 2


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("**重庆（两江新区）**是", "重庆（两江新区）"),
        ("见**“十四五”**规划", "“十四五”"),
        ("**A（b）**和", "A（b）"),
        ("a **b** c", "b"),
        ("（**重庆**）", "重庆"),
    ],
)
def test_emphasis_closes_beside_chinese_marks(text: str, bold: str) -> None:
    soup = BeautifulSoup(html(text), "html.parser")
    strong = soup.find("strong")
    assert strong is not None
    assert strong.get_text() == bold
    assert "*" not in soup.get_text()


def test_emphasis_in_latin_text_follows_commonmark() -> None:
    assert html("a ** b ** c") == "<p>a ** b ** c</p>\n"
    assert html("2 * 3 * 4") == "<p>2 * 3 * 4</p>\n"


def test_tables_are_allowed_without_inline_style() -> None:
    made = html("| a | b |\n| --- | ---: |\n| 1 | 2 |\n")
    assert "<table>" in made
    assert "style=" not in made


def test_link_targets_with_their_lines() -> None:
    text = "[a](park:lj) and [b](https://example.org/)\n\n[c](plan:3.1.1#1/design)[d](/here) [e](<guide:x>)"
    assert [(link.line, link.scheme, link.target) for link in link_targets(text)] == [
        (1, "park", "lj"),
        (1, "https", "//example.org/"),
        (3, "plan", "3.1.1#1/design"),
        (3, "", "/here"),
        (3, "guide", "x"),
    ]

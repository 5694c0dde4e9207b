"""The look at rendered pages: broken links and fragments, languages, headings."""

import pytest

from portal.catalog.faults import ContentError
from portal.release.assets import collect
from portal.release.build import link_faults, publish, render_all
from portal.release.inspect import broken_links, look
from tests.support.content import BASE_URL, ROOT, Content

PAGE = (
    "<!DOCTYPE html><html lang='en'><head><title>t</title><style>p{}</style></head><body><header>top</header>"
    "<main id='main'><h1>Head</h1><p>One <span lang='zh-Hans'>重庆</span> two</p><script>x</script>"
    "<h3 id='deep'>Deep</h3><blockquote cite='/en/a/'>q</blockquote><img src='/static/x.svg' alt=''></main></body></html>"
)


def test_what_a_page_holds() -> None:
    found = look(PAGE)
    assert found.lang == "en"
    assert found.ids == {"main", "deep"}
    assert found.links == ["/en/a/", "/static/x.svg"]
    assert found.headings == [1, 3]
    assert found.text == "HeadOne 重庆 twoDeepq"
    assert ("zh-Hans", "重庆") in found.spoken
    assert ("en", "top") in found.spoken


def test_a_missing_language_is_seen() -> None:
    found = look("<html><body><main><p>重庆</p></main></body></html>")
    assert found.lang == ""
    assert found.spoken == [("", "重庆")]


def test_an_empty_lang_is_no_language() -> None:
    assert look("<html lang=''><body><p>x</p></body></html>").lang == ""


def test_language_ends_with_its_element() -> None:
    found = look("<html lang='en'><body><p lang='de'>a <br> b<svg><path/></svg> c</p>d</body></html>")
    assert found.spoken == [("de", "a"), ("de", "b"), ("de", "c"), ("en", "d")]


def test_a_stray_end_tag_does_not_lose_the_rest_of_the_page() -> None:
    found = look("<html lang='en'><body><main><p>a</b> c</p><p>d</p></main></body></html>")
    assert found.text.replace(" ", "") == "acd"
    assert {language for language, _ in found.spoken} == {"en"}


@pytest.mark.parametrize(
    ("link", "broken"),
    [
        ("/en/a/", False),
        ("/en/a/#deep", False),
        ("/en/a/#nowhere", True),
        ("#here", False),
        ("#nowhere", True),
        ("/en/nowhere/", True),
        ("/en/a", True),
        ("../a/#deep", False),
        ("../nowhere/", True),
        ("/en/a/?q=x", False),
        ("/other", False),
        ("/other#anything", False),
        ("https://example.org/nowhere", False),
        ("mailto:x@example.org", False),
        ("/en/%61/", False),
        ("", False),
    ],
)
def test_broken_links_and_fragments(link: str, broken: bool) -> None:
    pages = {
        "/en/a/": look("<html lang='en'><body><h2 id='deep'>x</h2></body></html>"),
        "/en/b/": look(f"<html lang='en'><body><h2 id='here'>x</h2><a href='{link}'>x</a></body></html>"),
    }
    assert broken_links(pages, ["/other"]) == ([("/en/b/", link)] if broken else [])


def test_the_tiny_site_has_no_broken_links(content: Content) -> None:
    renderer = content.renderer()
    rendered = render_all(renderer)
    assert link_faults(rendered, renderer.catalog, collect(ROOT / "static")) == []


def test_a_planted_broken_link_stops_the_release(content: Content) -> None:
    for name in ("facts.yaml", "zh-Hans.md", "en.md"):
        content.remove(f"guides/complaints/{name}")
    content.path("guides/complaints").rmdir()
    with pytest.raises(ContentError) as raised:
        publish(content.paths(content.folder.parent / "var"), base_url=BASE_URL, keep=3)
    faults = raised.value.faults
    assert {fault.message for fault in faults} == {
        "/en/guides/complaints/ leads nowhere",
        "/zh-Hans/guides/complaints/ leads nowhere",
    }
    assert "/en/parks/" in {fault.path for fault in faults}


def test_a_planted_broken_fragment_stops_the_release(content: Content) -> None:
    for locale in ("zh-Hans", "en"):
        content.append(f"guides/privacy/{locale}.md", "\n[x](park:liangjiang-new-area#nowhere)\n")
    content.pin("guides/privacy")
    with pytest.raises(ContentError) as raised:
        publish(content.paths(content.folder.parent / "var"), base_url=BASE_URL, keep=3)
    assert any("#nowhere" in str(fault) for fault in raised.value.faults)

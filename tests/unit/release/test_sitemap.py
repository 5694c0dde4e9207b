"""What machines read first: sitemap, robots.txt, feed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

from portal.release.build import render_all
from portal.release.sitemap import feed, robots, sitemap
from tests.support.content import BASE_URL, POLICY, STORY, Content

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def alternates(raw: bytes) -> dict[str, dict[str, str]]:
    """Address -> language -> address."""
    root = fromstring(raw)
    assert root.tag == f"{SITEMAP}urlset"
    found: dict[str, dict[str, str]] = {}
    for url in root:
        (loc,) = url.findall(f"{SITEMAP}loc")
        assert loc.text not in found
        found[str(loc.text)] = {link.attrib["hreflang"]: link.attrib["href"] for link in url.findall(f"{XHTML}link")}
    return found


def assert_symmetric(found: Mapping[str, Mapping[str, str]]) -> None:
    for address, links in found.items():
        assert address in links.values()
        for language, other in links.items():
            assert found[other] == links, f"{address} names {other} as {language}, which does not answer"


def test_every_language_of_a_page_names_every_other() -> None:
    found = alternates(sitemap("https://x.example", {"": ("zh-Hans", "en"), "parks/": ("zh-Hans", "en")}, "zh-Hans"))
    assert list(found) == [
        "https://x.example/zh-Hans/",
        "https://x.example/en/",
        "https://x.example/zh-Hans/parks/",
        "https://x.example/en/parks/",
    ]
    assert found["https://x.example/en/parks/"] == {
        "zh-Hans": "https://x.example/zh-Hans/parks/",
        "en": "https://x.example/en/parks/",
        "x-default": "https://x.example/zh-Hans/parks/",
    }
    assert_symmetric(found)


def test_a_page_that_is_not_in_the_default_language_has_no_default() -> None:
    found = alternates(sitemap("https://x.example", {"a/": ("en",)}, "zh-Hans"))
    assert found == {"https://x.example/en/a/": {"en": "https://x.example/en/a/"}}


def test_addresses_are_escaped() -> None:
    assert list(alternates(sitemap("https://x.example", {"a?b&c<d/": ("en",)}, "en"))) == [
        "https://x.example/en/a?b&c<d/"
    ]


def test_all_pages_that_may_be_indexed_are_listed(content: Content) -> None:
    rendered = render_all(content.renderer())
    found = alternates(sitemap(BASE_URL, rendered.locales, "zh-Hans"))
    assert {address.removeprefix(BASE_URL) for address in found} == {
        address for address in rendered.html if not address.endswith(("404.html", "/offline/", "/style/"))
    }
    assert_symmetric(found)


def test_a_page_without_translation_is_not_offered_as_one(content: Content) -> None:
    content.remove(f"{STORY}/en.md")
    rendered = render_all(content.renderer())
    found = alternates(sitemap(BASE_URL, rendered.locales, "zh-Hans"))
    assert "en" not in found[f"{BASE_URL}/zh-Hans/{STORY}/"]
    assert f"{BASE_URL}/en/{STORY}/" not in found


def test_robots_keeps_out_what_is_no_page() -> None:
    lines = robots("https://x.example", ["zh-Hans", "en"]).decode().split("\n")
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /en/search", "Disallow: /zh-Hans/receipt/", "Disallow: /api/"} <= set(lines)
    assert "Sitemap: https://x.example/sitemap.xml" in lines
    assert "Disallow: /" not in lines


# -- feed ------------------------------------------------------------------------------------------------------------


def atom(content: Content, tag: str = "en") -> Element:
    root = fromstring(feed(content.renderer(), tag, NOW))
    assert root.tag == f"{ATOM}feed"
    return root


def text(parent: Element, name: str) -> str:
    (found,) = parent.findall(f"{ATOM}{name}")
    assert found.text
    return found.text


def test_the_feed_is_valid_atom(content: Content) -> None:
    for tag in ("zh-Hans", "en"):
        root = atom(content, tag)
        entries = root.findall(f"{ATOM}entry")
        assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == tag
        assert len(entries) == 2
        assert root.find(f"{ATOM}author/{ATOM}name") is not None
        links = {link.attrib["rel"]: link.attrib["href"] for link in root.findall(f"{ATOM}link")}
        assert links == {"self": f"{BASE_URL}/{tag}/feed.atom", "alternate": f"{BASE_URL}/{tag}/policies/"}
        for part in (root, *entries):
            assert text(part, "title")
            assert text(part, "id").startswith(f"{BASE_URL}/")
            assert RFC3339.match(text(part, "updated"))
        for entry in entries:
            (link,) = entry.findall(f"{ATOM}link")
            assert link.attrib["href"].startswith(f"{BASE_URL}/{tag}/")
        assert len({text(part, "id") for part in (root, *entries)}) == 3


def test_a_policy_carries_its_latest_date_an_event_that_of_the_release(content: Content) -> None:
    dates = {text(entry, "title"): text(entry, "updated") for entry in atom(content).findall(f"{ATOM}entry")}
    assert dates == {
        "Smart China Expo": NOW.isoformat(),
        "Foreign Investment Law": "2020-01-01T00:00:00+00:00",
    }


def test_newest_first(content: Content) -> None:
    found = [text(entry, "updated") for entry in atom(content).findall(f"{ATOM}entry")]
    assert found == sorted(found, reverse=True)


def test_a_date_without_a_day_is_the_first_of_its_time(content: Content) -> None:
    content.replace(f"{POLICY}/facts.yaml", "effective: '2020-01-01'", "effective: '2020-03'")
    assert "2020-03-01T00:00:00+00:00" in {text(e, "updated") for e in atom(content).findall(f"{ATOM}entry")}

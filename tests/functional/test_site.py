"""The published site over HTTP: every address of the contract, redirects, errors, headers, data, health."""

import contextlib
import csv
import gzip
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import fromstring

import httpx
import pytest
import yaml
from bs4 import BeautifulSoup

from portal.catalog.models import COLLECTIONS
from portal.release.inspect import look
from portal.web.middleware import HEADERS
from tests.conftest import SeenPage
from tests.support.content import BASE_URL, ROOT
from tests.support.site import Site

LOCALES = ("zh-Hans", "en")
DETAIL = ("sectors", "opportunities", "parks", "policies", "regions", "guides", "stories")
CHAPTERS = re.findall(r"^  '\d': (\S+)$", (ROOT / "content/plans/2021-2025/plan.yaml").read_text("utf-8"), re.MULTILINE)
SHARED = ("", *(f"{name}/" for name in DETAIL), "events/", "plan/", "data/", "glossary/", "sources/", "sitemap/")
ENTRIES = [f"{name}/{path.name}/" for name in DETAIL for path in sorted((ROOT / "content" / name).iterdir())]
ASKED = {
    "sectors": "sector",
    "opportunities": "opportunity",
    "parks": "park",
    "policies": "policy",
    "regions": "region",
}
PATHS = [*SHARED, *(f"plan/{chapter}/" for chapter in CHAPTERS), *ENTRIES]
DYNAMIC = ("search", "search?q=%E5%8D%8A%E5%AF%BC%E4%BD%93", "invest", "parks/compare")
PARKS = [path.name for path in sorted((ROOT / "content" / "parks").iterdir())]


def test_there_are_pages_to_ask_for() -> None:
    assert len(CHAPTERS) == 6
    assert len(ENTRIES) > 140
    assert len(PARKS) == 21


# -- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "home")
def test_every_page_of_the_contract_answers(site: Site, locale: str, path: str) -> None:
    answer = site.get(f"/{locale}/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = look(answer.text)
    assert page.lang == locale
    assert page.headings.count(1) == 1
    assert len(page.text) > 100


@pytest.mark.parametrize("path", ENTRIES)
def test_every_entry_ends_in_a_way_to_write_to_the_bureau(pages: dict[str, SeenPage], path: str) -> None:
    """The form opens with the entry chosen, where the form asks for entries of its kind."""
    collection, slug, _ = path.split("/")
    query = f"?{ASKED[collection]}={slug}" if collection in ASKED else ""
    if collection == "stories":
        facts = yaml.safe_load((ROOT / "content" / path / "facts.yaml").read_text("utf-8"))
        query = f"?sector={facts['sectors'][0]}" if facts.get("sectors") else ""
    buttons = BeautifulSoup(pages[f"/en/{path}"].html, "html.parser").select(".call-box a.button")
    assert [button["href"] for button in buttons] == [f"/en/invest{query}"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("path", DYNAMIC)
def test_every_page_made_on_demand_answers(site: Site, locale: str, path: str) -> None:
    answer = site.get(f"/{locale}/{path}")
    assert answer.status_code == 200
    page = look(answer.text)
    assert page.lang == locale
    assert page.headings.count(1) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_every_link_of_every_page_answers(site: Site, pages: dict[str, SeenPage], locale: str) -> None:
    """One request per address; of addresses that differ only in their query, one."""
    wanted: dict[str, tuple[str, str]] = {}
    for address, page in pages.items():
        if not address.startswith(f"/{locale}/") or address.endswith("/404.html"):
            continue
        for link in page.seen.links:
            target = urlsplit(str(httpx.URL(f"http://site{address}").join(link)))
            # PDFs take seconds each; `link_faults` checks that each one's entry exists, test_paper.py opens some.
            if target.netloc == "site" and target.scheme == "http" and not target.path.endswith(".pdf"):
                wanted.setdefault(target.path, (f"{target.path}{'?' * bool(target.query)}{target.query}", address))
    assert len(wanted) > 150
    broken = [(where, seen_on) for where, seen_on in wanted.values() if site.get(where).status_code != 200]
    assert broken == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sitemap.xml", "application/xml"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/en/feed.atom", "application/atom+xml"),
        ("/zh-Hans/feed.atom", "application/atom+xml"),
        ("/data/en/districts.geojson", "application/geo+json"),
        *((f"/data/{locale}/{name}.json", "application/json") for locale in LOCALES for name in COLLECTIONS),
        *((f"/data/{locale}/{name}.csv", "text/csv; charset=utf-8") for locale in LOCALES for name in COLLECTIONS),
    ],
)
def test_files_for_programs(site: Site, path: str, kind: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    if path.endswith(("xml", "atom")):
        fromstring(answer.content)
    elif path.endswith("json"):
        assert json.loads(answer.content)
    elif path.endswith("csv"):
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert rows
        assert all(row["slug"] and row["title"] for row in rows)
        assert not any((cell or "").startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_the_style_sheet_is_kept_for_ever(site: Site) -> None:
    (address,) = set(re.findall(r'href="(/static/[^"]+\.css)"', site.get("/en/").text))
    answer = site.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


# -- head of the pages -----------------------------------------------------------------------------------------------


class Head(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.robots = ""
        self.title = ""
        self._in_title = False
        self.feed(text.partition("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link":
            self.links.append(given)
        if tag == "meta" and given.get("name") == "robots":
            self.robots = given["content"]
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def of(self, rel: str) -> list[dict[str, str]]:
        return [link for link in self.links if link.get("rel") == rel]


def test_canonical_and_hreflang(pages: dict[str, SeenPage]) -> None:
    for address, page in pages.items():
        head = Head(page.html)
        if address.endswith(("404.html", "/offline/", "/style/")):
            assert head.robots == "noindex"
            continue
        below = address.split("/", 2)[2]
        assert [link["href"] for link in head.of("canonical")] == [f"{BASE_URL}{address}"]
        others = {link["hreflang"]: link["href"] for link in head.of("alternate") if "hreflang" in link}
        assert others == {
            "zh-Hans": f"{BASE_URL}/zh-Hans/{below}",
            "en": f"{BASE_URL}/en/{below}",
            "x-default": f"{BASE_URL}/zh-Hans/{below}",
        }
        assert head.robots == ""


def test_pages_made_on_demand_know_their_place(site: Site) -> None:
    form = Head(site.get("/en/invest").text)
    assert [link["href"] for link in form.of("canonical")] == [f"{BASE_URL}/en/invest"]
    for path in ("/en/search?q=x", "/en/parks/compare?p=x"):
        assert Head(site.get(path).text).robots == "noindex"


def test_titles_tell_pages_apart(pages: dict[str, SeenPage]) -> None:
    for locale in LOCALES:
        titles: dict[str, list[str]] = {}
        for address, page in pages.items():
            if address.startswith(f"/{locale}/"):
                titles.setdefault(Head(page.html).title.strip(), []).append(address)
        assert "" not in titles
        assert {title: found for title, found in titles.items() if len(found) > 1} == {}


def test_the_language_switch_keeps_the_page(pages: dict[str, SeenPage]) -> None:
    for address, page in pages.items():
        if address.endswith(("404.html", "/offline/", "/style/")):
            continue
        other = address.replace("/en/", "/zh-Hans/", 1) if address.startswith("/en/") else f"/en{address[8:]}"
        assert other in page.seen.links, address


def test_linked_data_is_json(pages: dict[str, SeenPage]) -> None:
    kinds: set[str] = set()
    for address, page in pages.items():
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.html, re.DOTALL):
            found = json.loads(block)
            assert found["@context"] == "https://schema.org", address
            kinds.add(found["@type"])
            if found["@type"] == "BreadcrumbList":
                steps = found["itemListElement"]
                assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
                assert all(step["name"].strip() and "<" not in step["name"] for step in steps), address
                for step in steps[:-1]:
                    assert step["item"].removeprefix(BASE_URL) in pages, address
    assert {"WebSite", "BreadcrumbList", "Place", "Legislation"} <= kinds


# -- redirects and addresses that are not quite right ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "target"),
    [
        (None, "/zh-Hans/"),
        ("en-GB,en;q=0.9", "/en/"),
        ("zh-CN", "/zh-Hans/"),
        ("zh-TW,en;q=0.5", "/zh-Hans/"),
        ("iw", "/zh-Hans/"),
        ("*;q=0", "/zh-Hans/"),
        ("//evil.example", "/zh-Hans/"),
    ],
)
def test_the_root_follows_the_readers_language(site: Site, header: str | None, target: str) -> None:
    answer = site.get("/", **({"Accept_Language": header} if header else {}))
    assert (answer.status_code, answer.headers["location"]) == (302, target)
    assert "accept-language" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/en", "/en/"),
        ("/EN/", "/en/"),
        ("/EN", "/en/"),
        ("/zh-hans/", "/zh-Hans/"),
        ("/zh_CN/", "/zh-Hans/"),
        ("/zh-CN/parks/", "/zh-Hans/parks/"),
        ("/en-US/sectors", "/en/sectors/"),
        ("/en/sectors", "/en/sectors/"),
        ("/zh_CN/plan/priorities", "/zh-Hans/plan/priorities/"),
        ("/EN/invest", "/en/invest"),
        ("/EN/search", "/en/search"),
        ("/zh_CN/parks/compare", "/zh-Hans/parks/compare"),
        ("/en/invest/", "/en/invest"),
    ],
)
def test_a_plain_meaning_gets_one_permanent_redirect(site: Site, path: str, target: str) -> None:
    answer = site.get(path)
    assert answer.status_code in (301, 308)
    assert answer.headers["location"] == target
    assert site.get(target).status_code == 200


@pytest.mark.parametrize(
    "path", ["/xx/", "/xx/parks/", "/zh-TW/nowhere/", "/en/nowhere/", "/en/404.html", "/pt-BR/", "/a"]
)
def test_an_unknown_address_is_a_404_page(site: Site, path: str) -> None:
    for header, locale in (("en", "en"), ("zh-CN", "zh-Hans")):
        answer = site.get(path, Accept_Language=header)
        assert answer.status_code == 404
        page = look(answer.text)
        assert page.lang == ("en" if path.startswith("/en/") else locale)
        assert page.headings == [1]
        assert f"/{page.lang}/search" in page.links


@pytest.mark.parametrize(
    "target",
    [
        "/en%2Fsectors%2F",
        "/en/sectors%2F",
        "/en%2fparks/",
        "/%65n%2F",
        "/en/%2e%2e/en/",
        "/en/../en/",
        "/..%2f..%2fetc/passwd",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/manifest.json",
        "/static/%252e%252e/manifest.json",
        "/en%252Fsectors%252F",
        "/manifest.json",
        "/content/site.yaml",
        "/search/en/columns.json",
        "/en/index.html",
        "/en/parks/index.html.gz",
        "/en\\parks\\",
        "/en/%00",
        "/en/%ff%fe/",
        "/en/%0d%0aSet-Cookie:x=y/",
        "//evil.example/",
        "//evil.example/en",
        "/EN//evil.example/",
        "/en//parks/",
        "/./en/",
        "/en/" + "a" * 500,
    ],
)
def test_twisted_addresses_lead_nowhere(site: Site, target: str) -> None:
    answer = site.raw(target)
    assert answer.status == 404
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert look(answer.text).lang in LOCALES


@pytest.mark.parametrize("length", [1025, 5000, 60_000])
def test_overlong_addresses(site: Site, length: int) -> None:
    answer = site.raw("/en/" + "a" * length)
    assert answer.status in (404, 414)
    assert look(answer.text).headings == [1]
    assert site.raw("/en/" + quote("重") * (length // 9)).status in (404, 414)


def test_an_address_beyond_any_limit_does_no_harm(site: Site) -> None:
    with contextlib.suppress(ConnectionError):  # the server may hang up while we still send
        assert site.raw("/en/" + "a" * 1_000_000).status in (400, 404, 414, 431)
    assert site.get("/healthz").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:8000", ""])
@pytest.mark.parametrize("path", ["/", "/en", "/en/", "/healthz", "/api/v1/parks"])
def test_a_foreign_host_is_refused(site: Site, host: str, path: str) -> None:
    answer = site.raw(path, Host=host)
    assert answer.status == 400
    assert "location" not in answer.headers


def test_forwarded_headers_from_outside_are_ignored(site: Site) -> None:
    answer = site.get("/en", X_Forwarded_Host="evil.example", X_Forwarded_Proto="https", Forwarded="host=evil.example")
    assert answer.headers["location"] == "/en/"
    assert "evil.example" not in site.get("/en/invest", X_Forwarded_Host="evil.example").text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_take_no_other_method(site: Site, method: str) -> None:
    answer = site.client.request(method, "/en/parks/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert look(answer.text).lang == "en"


# -- how bodies are sent ---------------------------------------------------------------------------------------------


def test_a_known_body_is_not_sent_again(site: Site) -> None:
    first = site.get("/en/")
    tag = first.headers["etag"]
    assert re.fullmatch(r'(W/)?"[0-9a-f-]+"', tag)
    for value in (tag, f'"other", {tag}', f"W/{tag.removeprefix('W/')}", "*"):
        again = site.get("/en/", If_None_Match=value)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "accept-encoding" in again.headers["vary"].lower()
    assert site.get("/en/", If_None_Match='"other"').status_code == 200
    assert site.get("/zh-Hans/", If_None_Match=tag).status_code == 200


def test_a_missing_page_is_never_called_known(site: Site) -> None:
    assert site.get("/en/nowhere/", If_None_Match="*").status_code == 404


def test_bodies_are_compressed_for_those_who_take_it(site: Site) -> None:
    plain = site.raw("/en/plan/priorities/")
    assert "content-encoding" not in plain.headers
    packed = site.raw("/en/plan/priorities/", Accept_Encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 2 < len(plain.body)
    assert int(packed.headers["content-length"]) == len(packed.body)
    for answer in (plain, packed):
        assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("header", ["gzip;q=0", "identity", "gzip;q=0.0, br", "x-notgzip"])
def test_bodies_are_not_compressed_for_those_who_refuse_it(site: Site, header: str) -> None:
    assert "content-encoding" not in site.raw("/en/", Accept_Encoding=header).headers


def test_a_strong_tag_names_one_sequence_of_bytes(site: Site) -> None:
    plain, packed = site.raw("/en/"), site.raw("/en/", Accept_Encoding="gzip")
    assert packed.headers["etag"].startswith("W/") or packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        *("/en/", "/en/parks/", "/sitemap.xml", "/", "/en", "/en/nowhere/"),
        *("/en/search", "/en/invest", "/en/parks/compare", "/healthz", "/readyz", "/api/v1/parks"),
    ],
)
def test_head_answers_as_get_without_a_body(site: Site, path: str) -> None:
    get, head = site.raw(path), site.raw(path, "HEAD")
    assert head.status == get.status
    assert head.body == b""
    for name in ("content-type", "location", "etag", "cache-control"):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.mark.parametrize(
    "path",
    [
        *("/en/", "/", "/en", "/en/nowhere/", "/en/search?q=x", "/en/invest", "/en/parks/compare", "/healthz"),
        *("/api/v1/parks", "/api/v1/nowhere", "/sitemap.xml", "/en/" + "a" * 2000),
    ],
)
def test_security_headers_are_on_every_answer(site: Site, path: str) -> None:
    answer = site.raw(path)
    for name, value in HEADERS.items():
        stricter = {"same-origin"} if name == "Referrer-Policy" else set()
        assert answer.headers[name.lower()] in {value, *stricter}
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_pages_need_nothing_the_policy_forbids(pages: dict[str, SeenPage]) -> None:
    for address, page in pages.items():
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", page.html), address
        assert not re.search(r"<script(?! type=\"application/ld\+json\"| src=\"/static/)", page.html), address
        assert "<style" not in page.html, address
        for link in re.findall(r'<(?:img|script|link rel="stylesheet")[^>]+(?:src|href)="([^"]+)"', page.html):
            assert link.startswith("/static/"), address


# -- comparing parks -------------------------------------------------------------------------------------------------


def compare(site: Site, *slugs: str, locale: str = "en") -> tuple[httpx.Response, list[str]]:
    """The answer, and the parks that are columns of its table."""
    answer = site.client.get(f"/{locale}/parks/compare", params=[("p", slug) for slug in slugs])
    head = re.search(r"<thead>.*?</thead>", answer.text, re.DOTALL)
    return answer, re.findall(rf'href="/{locale}/parks/([^/"]+)/"', head[0]) if head else []


def test_comparing_nothing_offers_all_parks(site: Site) -> None:
    answer, columns = compare(site)
    assert (answer.status_code, columns) == (200, [])
    assert len(re.findall(r'<input type="checkbox" name="p"', answer.text)) == 21
    assert "checked" not in answer.text


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("locale", LOCALES)
def test_comparing_up_to_four(site: Site, count: int, locale: str) -> None:
    answer, columns = compare(site, *PARKS[:count], locale=locale)
    assert (answer.status_code, columns) == (200, PARKS[:count])
    assert len(re.findall(r" checked[ >]", answer.text)) == count
    assert 'role="status"' not in answer.text


def test_the_fifth_is_left_out_and_said_so(site: Site) -> None:
    answer, columns = compare(site, *PARKS[:5])
    assert columns == PARKS[:4]
    assert "Up to four parks fit side by side" in answer.text


def test_an_unknown_park_is_left_out_and_said_so(site: Site) -> None:
    answer, columns = compare(site, "nowhere", PARKS[0], "<script>alert(1)</script>")
    assert (answer.status_code, columns) == (200, [PARKS[0]])
    assert "nowhere, &lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_a_park_named_twice_stands_once(site: Site) -> None:
    _, columns = compare(site, PARKS[0], PARKS[1], PARKS[0])
    assert columns == PARKS[:2]


@pytest.mark.parametrize(
    "query", ["p=", "p=%ff", "p=%00", "q=x", "&&&", "p[]=a", "p=" + "&p=x" * 500, "p=" + "a" * 5000]
)
def test_odd_comparisons_do_no_harm(site: Site, query: str) -> None:
    assert site.raw(f"/en/parks/compare?{query}").status in (200, 404, 414, 422)


def test_comparing_in_an_unknown_language(site: Site) -> None:
    assert site.get("/xx/parks/compare").status_code == 404


def test_every_fact_of_every_park_can_be_compared(site: Site) -> None:
    for start in range(0, 21, 4):
        for locale in LOCALES:
            answer, columns = compare(site, *PARKS[start : start + 4], locale=locale)
            assert (answer.status_code, columns) == (200, PARKS[start : start + 4])


# -- the data interface ----------------------------------------------------------------------------------------------


def problem(answer: httpx.Response, status: int) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    found = answer.json()
    assert found["status"] == status
    assert found["title"]
    return dict(found)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_collections_and_their_entries(site: Site, collection: str, locale: str) -> None:
    slugs = {path.name for path in (ROOT / "content" / collection).iterdir()}
    found = site.get(f"/api/v1/{collection}?locale={locale}&size=200").json()
    assert found["total"] == len(slugs)
    assert {item["slug"] for item in found["items"]} == slugs
    assert {item["locale"] for item in found["items"]} == {locale}
    first = found["items"][0]
    answer = site.get(f"/api/v1/{collection}/{first['slug']}?locale={locale}")
    assert answer.json() == first
    assert answer.headers["access-control-allow-origin"] == "*"
    assert site.get(first["url"].partition("#")[0]).status_code == 200


def test_a_collection_comes_in_pages(site: Site) -> None:
    whole = [item["slug"] for item in site.get("/api/v1/opportunities?size=200").json()["items"]]
    parts = [site.get(f"/api/v1/opportunities?size=25&page={page}").json() for page in (1, 2, 3, 4)]
    assert [item["slug"] for part in parts for item in part["items"]] == whole
    assert [len(part["items"]) for part in parts] == [25, 25, 12, 0]
    assert {part["total"] for part in parts} == {62}
    assert len(site.get("/api/v1/opportunities").json()["items"]) == 62


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/nowhere", "/api/v1/parks/nowhere", "/api/v1/parks?locale=xx", "/api/v1/parks?locale=de"),
        *("/api/v1/", "/api/v2/parks", "/api/v1/parks/a/b", "/api/v1/parks/..%2f..%2fsite.yaml", "/api/v1/%00"),
    ],
)
def test_what_the_interface_has_not(site: Site, path: str) -> None:
    problem(site.get(path, Accept="text/html"), 404)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=10001", "page=abc", "size=0", "size=201", "size=1e9", "page="]
)
def test_parameters_out_of_range(site: Site, query: str) -> None:
    name = query.partition("=")[0]
    assert name in str(problem(site.get(f"/api/v1/parks?{query}"), 422)["detail"])


def test_the_interface_takes_no_other_method(site: Site) -> None:
    answer = site.client.post("/api/v1/parks", json={})
    problem(answer, 405)
    assert "GET" in answer.headers["allow"]


def test_the_interface_describes_itself(site: Site) -> None:
    found = site.get("/api/v1/openapi.json").json()
    assert found["openapi"].startswith("3.")
    assert {"/api/v1/{collection}", "/api/v1/{collection}/{slug}", "/api/v1/search", "/api/v1/inquiries"} <= set(
        found["paths"]
    )
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert site.get(path).status_code == 404


def test_numbers_are_the_same_on_pages_and_in_data(site: Site) -> None:
    yuan = {
        item["slug"]: item["contracted_investment_yuan"]
        for item in site.get("/api/v1/sectors?locale=en").json()["items"]
    }
    assert sum(yuan.values()) == 91_000 * 10**8
    assert yuan["next-generation-it"] == 10**12
    assert 'value="1000000000000"' in site.get("/en/sectors/next-generation-it/").text
    assert "CNY\u00a01\u00a0trillion" in site.get("/en/sectors/").text.replace(" ", "\u00a0")
    overview = site.get("/zh-Hans/sectors/").text
    assert "91,000 亿元" in overview
    assert "100,000 亿元" in overview
    assert "CNY 9.1 trillion" in site.get("/en/sectors/").text.replace("\u00a0", " ")


# -- health ----------------------------------------------------------------------------------------------------------


def test_health(site: Site, published_id: str) -> None:
    up, ready = site.get("/healthz"), site.get("/readyz")
    assert (up.status_code, up.json()) == (200, {"status": "ok"})
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert ready.json()["release"] == published_id
    assert ready.json()["database"] is True
    for answer in (up, ready):
        assert answer.headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def published_id(published: object) -> str:
    return str(published).rpartition("/")[2]

"""Finders, policy check and shortlist over HTTP: what the address asks is what the page answers, with reasons."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag

from portal.release.pages import Links
from tests.support.site import Site


def page(site: Site, path: str) -> BeautifulSoup:
    answer = site.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def hrefs(soup: BeautifulSoup, css: str) -> list[str]:
    return [str(link["href"]) for link in soup.select(css)]


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
@pytest.mark.parametrize(("collection", "total"), [("parks", 21), ("opportunities", 62), ("policies", 26)])
def test_without_criteria_everything_is_listed(site: Site, tag: str, collection: str, total: int) -> None:
    soup = page(site, f"/{tag}/{collection}/")
    found = {href for href in hrefs(soup, "main a[href]") if href.startswith(f"/{tag}/{collection}/")}
    found = {href for href in found if href.count("/") == 4}
    assert len(found) == total
    assert str(total) in words(soup.select_one(".finder-count"))


def test_every_park_is_placed_once_with_a_reason(site: Site) -> None:
    soup = page(site, "/en/parks/?sector=biotechnology")
    seen: dict[str, str] = {}
    for reason in soup.select(".reasons > li"):
        entry = reason.find_parent("li")
        assert entry is not None
        link = entry.select_one("a[href^='/en/parks/']")
        assert link is not None
        state = next(name.removeprefix("reason-") for name in reason["class"] if name.startswith("reason-"))
        assert str(link["href"]) not in seen
        seen[str(link["href"])] = state
        if state == "met":
            assert reason.select_one(".evidence") is not None, words(reason)
    assert len(seen) == 21
    states = set(seen.values())
    assert states == {"met", "unmet", "unknown"}
    assert seen["/en/parks/changshou-etdz/"] == "met"
    assert seen["/en/parks/bishan-hitech/"] == "unmet"
    assert "its sources name others: Next-generation information technology" in words(
        soup.select_one(".unmet li:has(> a[href='/en/parks/bishan-hitech/'])")
    )


def test_a_park_without_stated_industries_is_not_excluded(site: Site) -> None:
    soup = page(site, "/en/parks/?sector=biotechnology")
    section = soup.select_one("section[aria-labelledby='may-match']")
    assert section is not None
    assert "no source states its industries" in words(section)


def test_parks_by_area_and_by_year(site: Site) -> None:
    by_area = hrefs(page(site, "/en/parks/?sort=area"), ".park-list a[href^='/en/parks/']")
    assert by_area[:2] == ["/en/parks/liangjiang-new-area/", "/en/parks/western-chongqing-science-city/"]
    by_year = hrefs(page(site, "/en/parks/?sort=approved"), ".park-list a[href^='/en/parks/']")
    assert len(by_year) == len(by_area) == 21
    assert by_year[0] == "/en/parks/chongqing-hitech-zone/"


def test_opportunities_by_stage_and_kind_of_firm(site: Site) -> None:
    soup = page(site, "/en/opportunities/?stage=design&firm=leading")
    met = soup.select("form > .park-list > li")
    assert [str(item.select_one("a[href]")["href"]) for item in met] == ["/en/opportunities/semiconductors/"]  # type: ignore[index]
    assert "Stage of the value chain: Design" in words(met[0])
    assert "leading firms in China and abroad" in words(met[0])
    unknown = soup.select_one("section[aria-labelledby='may-match']")
    assert "the plan states no chain" in words(unknown)


def test_policies_by_validity_and_investor(site: Site) -> None:
    soup = page(site, "/en/policies/?valid=no&investor=domestic")
    met = hrefs(soup, "main > .plain > li > a")
    assert "/en/policies/services-pilot-2021/" in met
    assert "/en/policies/foreign-investment-law/" not in met
    assert "/en/policies/cai/" not in met


@pytest.mark.parametrize(
    "path", ["parks/?level=zzz", "parks/?sector=%00", "parks/?sort=' OR 1=1", "opportunities/?firm=<script>alert(1)"]
)
def test_values_off_the_list_are_passed_over_and_said(site: Site, path: str) -> None:
    answer = site.get(f"/en/{path}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    if "sort" not in path:
        assert "Not on the list and therefore passed over" in answer.text


def test_a_finder_uses_what_the_release_has_linked_already(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = words(page(site, "/en/parks/?sector=biotechnology").select_one("main"))

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Links, "__init__", never)
    assert words(page(site, "/en/parks/?sector=biotechnology").select_one("main")) == before


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("opportunities/semiconductors", "opportunity=semiconductors"),
        ("sectors/biotechnology", "sector=biotechnology"),
        ("parks/liangjiang-new-area", "park=liangjiang-new-area"),
    ],
)
def test_what_a_reader_can_do_stands_before_the_first_section(site: Site, path: str, query: str) -> None:
    main = page(site, f"/en/{path}/").select_one("main")
    assert main is not None
    act, section = main.select_one(".actions"), main.select_one("section")
    assert act is not None
    assert section is not None
    assert act in section.find_all_previous("p")
    assert next(str(link["href"]) for link in act.select("a")) == f"/en/invest?{query}"
    assert f"/en/{path}.pdf" in [link["href"] for link in act.select("a")]


def test_a_finder_page_can_be_switched_to_the_other_language(site: Site) -> None:
    soup = page(site, "/en/parks/?sector=electronics")
    assert hrefs(soup, ".languages a") == ["/zh-Hans/parks/"]
    assert soup.select_one("meta[name=robots]") is not None


@pytest.mark.parametrize("path", ["/xx/parks/", "/xx/policies/check", "/xx/shortlist"])
def test_unknown_locales_are_404(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


# -- policy check ----------------------------------------------------------------------------------------------------


def states(soup: BeautifulSoup) -> dict[str, str]:
    return {
        str(link["href"]).split("/")[-2]: section["aria-labelledby"].removeprefix("s-")  # type: ignore[union-attr]
        for section in soup.select("section[aria-labelledby^='s-']")
        for link in section.select("h3 a")
    }


def test_the_policy_check_without_answers_promises_nothing(site: Site) -> None:
    soup = page(site, "/en/policies/check")
    assert states(soup) == {}
    assert "no promise" in words(soup.select_one(".callout"))


def test_the_policy_check_sorts_every_policy(site: Site) -> None:
    found = states(page(site, "/en/policies/check?investor=domestic&sector=electronics&free-trade-zone=no"))
    assert len(found) == 26
    assert found["foreign-investment-law"] == "unmet"
    assert found["cai"] == "unmet"
    assert found["ftz-regulation"] == "unmet"
    assert found["state-business-environment-regulation"] == "met"
    assert found["western-cit-15"] == "unknown"
    yes = states(page(site, "/en/policies/check?investor=foreign&free-trade-zone=yes&western-catalogue=yes"))
    assert (yes["foreign-investment-law"], yes["ftz-regulation"], yes["western-cit-15"]) == ("met", "met", "met")
    assert yes["fi-security-review"] == "unknown"


def test_the_policy_check_gives_basis_and_dates(site: Site) -> None:
    soup = page(site, "/en/policies/check?investor=foreign")
    entry = soup.select_one("li:has(a[href='/en/policies/negative-list-2024/'])")
    text = words(entry)
    assert "国家发展改革委 商务部令第23号" in text
    assert "in effect from November 1, 2024" in text or "in effect from 1 November 2024" in text
    assert "compiled on" in text


# -- shortlist -------------------------------------------------------------------------------------------------------


def test_a_shortlist_lives_in_its_address(site: Site) -> None:
    soup = page(site, "/en/shortlist?o=semiconductors&o=lifts&p=liangjiang-new-area&p=nowhere&o=semiconductors")
    assert [words(item) for item in soup.select(".checked h3")] == [
        "Semiconductors",
        "Lifts (elevators)",
        "Chongqing Liangjiang New Area",
    ]
    assert "nowhere" in words(soup.select_one("[role=status]"))
    form = soup.select_one(".call-box a.button")
    assert form is not None
    assert form["href"] == "/en/invest?opportunity=semiconductors&opportunity=lifts&park=liangjiang-new-area"
    filled = page(site, str(form["href"]))
    checked = {str(box["value"]) for box in filled.select("input[type=checkbox][checked]")}
    assert {"semiconductors", "lifts", "liangjiang-new-area"} <= checked


def test_entries_are_added_and_taken_off_by_links(site: Site) -> None:
    soup = page(site, "/en/shortlist?o=semiconductors&p=liangjiang-new-area")
    without = [link for link in hrefs(soup, ".checked a") if link.startswith("/en/shortlist")]
    assert without == ["/en/shortlist?p=liangjiang-new-area", "/en/shortlist?o=semiconductors"]
    finder = page(site, "/en/parks/?o=semiconductors&p=liangjiang-new-area")
    hidden = [(str(i["name"]), str(i["value"])) for i in finder.select("form:has(.park-list) input[type=hidden]")]
    assert hidden == [("o", "semiconductors"), ("p", "liangjiang-new-area")]


def test_an_empty_and_an_overlong_shortlist(site: Site) -> None:
    assert "None chosen yet." in page(site, "/en/shortlist").get_text()
    slugs = hrefs(page(site, "/en/opportunities/"), ".numbered a[href^='/en/opportunities/']")[:20]
    query = "&".join(f"o={href.split('/')[3]}" for href in slugs)
    soup = page(site, f"/en/shortlist?{query}")
    assert len(soup.select(".checked h3")) == 12
    assert "up to 12" in words(soup.select_one("[role=status]"))

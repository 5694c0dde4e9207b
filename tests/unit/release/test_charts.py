"""Pictures hold the catalog's own figures, and their tables hold what the pictures hold."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from portal.catalog.loader import load
from portal.catalog.models import OpportunityFacts
from portal.release import boundaries, charts, gridmap
from portal.release.assets import collect
from portal.release.build import checked_catalog
from portal.release.pages import pages as site_pages
from portal.release.render import PageInfo, Renderer
from portal.release.view import View
from tests.conftest import SeenPage
from tests.support.content import REGION, ROOT, tiny


@pytest.fixture(scope="module")
def views() -> dict[str, View]:
    renderer = Renderer(
        load(ROOT / "content"),
        templates=ROOT / "templates",
        messages=ROOT / "locales",
        assets=collect(ROOT / "static"),
        base_url="https://invest.example",
    )
    return renderer.views


def figure(page: SeenPage, css: str) -> Tag:
    found = BeautifulSoup(page.html, "html.parser").select_one(css)
    assert found is not None, f"{page.address} has no {css}"
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def test_the_sector_bars_add_up_to_the_plans_total(views: dict[str, View]) -> None:
    view = views["en"]
    bars = charts.sector_bars(view)
    assert len(bars) == 18
    assert (bars[-1].kind, bars[-1].text) == ("rest", "CNY 900 billion")
    assert charts.total_target(view) == Decimal(100_000)
    shares = [Decimal(bar.share) for bar in bars[:-1]]
    assert shares[0] == 100
    assert shares == sorted(shares, reverse=True)
    # 100 % is the longest bar, 27,000: all bars together are 100,000.
    assert abs(sum(Decimal(bar.share) for bar in bars) * 270 - 100_000) < 50


def test_a_sum_of_years_is_drawn_as_the_average_of_a_year(views: dict[str, View]) -> None:
    pairs = {pair.entry.slug: pair for pair in charts.indicator_pairs(views["en"])}
    assert len(pairs) == 6
    investment = pairs["contracted-investment"]
    assert [bar.text for bar in investment.bars] == ["CNY 1.46 trillion", "CNY 2 trillion"]
    assert (investment.bars[0].share, investment.bars[1].share, investment.spread) == ("73", "100", "CNY 10 trillion")
    growth = pairs["contribution-to-growth"]
    assert growth.spread == ""
    assert growth.bars[1].text.startswith("at least 1 ")


def test_an_average_may_be_lower_than_the_year_before(views: dict[str, View]) -> None:
    """8,000 in five years is 1,600 a year, less than the 1,693 of 2020; the picture does not hide it."""
    pairs = {pair.entry.slug: pair for pair in charts.indicator_pairs(views["en"])}
    before, wanted = pairs["funds-in-place-industry"].bars
    assert Decimal(wanted.share) < Decimal(before.share) == 100


@pytest.mark.parametrize(
    ("text", "em", "lines"),
    [
        ("Packaging and testing", 8, ["Packaging and", "testing"]),
        ("下游终端应用", 4, ["下游终端", "应用"]),
        ("中游面板、模组", 4, ["中游面", "板、模组"]),
        ("", 4, []),
        ("Unbreakable", 2, ["Unbreakable"]),
    ],
)
def test_lines_break_where_the_script_allows(text: str, em: float, lines: list[str]) -> None:
    found = list(charts.wrap(text, em))
    assert found == lines


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_every_stated_chain_is_drawn_and_its_table_says_the_same(
    pages: dict[str, SeenPage], views: dict[str, View], tag: str
) -> None:
    stated = [
        entry
        for entry in views[tag].catalog.all("opportunities")
        if isinstance(entry.facts, OpportunityFacts) and entry.facts.chain
    ]
    assert len(stated) >= 6
    for entry in stated:
        drawn = figure(pages[f"/{tag}/opportunities/{entry.slug}/"], ".chart-chain")
        rows = [(words(row.th), [a["href"] for a in row.select("th a")]) for row in drawn.select("tbody tr") if row.th]
        assert [name for name, _ in rows] == list(entry.prose(tag).chain)
        for svg in drawn.select("svg.wide, svg.narrow"):
            stages = [(words(text), text.find_parent("a")) for text in svg.select("text")]
            assert [(name, [link["href"]] if link else []) for name, link in stages] == rows
        targets = {link["href"] for link in drawn.select("a[href]")}
        ids = {
            f"#{element['id']}"
            for element in figure(pages[f"/{tag}/opportunities/{entry.slug}/"], "main").select("[id]")
        }
        assert targets <= ids


def test_no_chain_is_drawn_where_the_plan_states_none(pages: dict[str, SeenPage], views: dict[str, View]) -> None:
    for entry in views["en"].catalog.all("opportunities"):
        assert isinstance(entry.facts, OpportunityFacts)
        drawn = "chart-chain" in pages[f"/en/opportunities/{entry.slug}/"].html
        assert drawn == (entry.facts.chain is not None), entry.slug


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_bars_and_table_of_the_sectors_hold_the_same_figures(pages: dict[str, SeenPage], tag: str) -> None:
    page = pages[f"/{tag}/sectors/"]
    drawn = figure(page, ".chart-bars")
    bars = {words(link.select("text")[0]): words(link.select("text")[1]) for link in drawn.select("a")}
    table = {
        words(row.select("th")[0]): words(row.select("td")[0])
        for row in BeautifulSoup(page.html, "html.parser").select("main table tbody tr")
        if row.select("td")
    }
    assert len(bars) == 17
    assert bars == table


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_pairs_and_their_table_hold_the_same_figures(pages: dict[str, SeenPage], tag: str) -> None:
    drawn = figure(pages[f"/{tag}/data/"], ".chart:has(.chart-bars)")
    values = [words(text) for text in drawn.select("svg .value")]
    cells = [words(cell).split(" (")[0] for row in drawn.select("tbody tr") for cell in row.select("td")[:2]]
    assert values == cells
    assert len(values) == 12


def test_the_strip_covers_the_plan_from_its_first_to_its_last_page(views: dict[str, View]) -> None:
    strip = charts.chapter_strip(views["en"])
    assert (strip[0].first, strip[-1].last) == (1, 54)
    assert [chapter.number for chapter in strip] == list("012345")
    for before, after in pairwise(strip):
        assert before.last <= after.first + 1
        assert before.first <= after.first


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_the_map_has_a_tile_for_each_district_and_leads_to_its_row(
    pages: dict[str, SeenPage], views: dict[str, View], tag: str
) -> None:
    grid = gridmap.grid_map(views[tag])
    assert len(grid.tiles) == 38
    assert len({(tile.x, tile.y) for tile in grid.tiles}) == 38
    sizes = [sum(1 for tile in grid.tiles if tile.place == place) for place in range(4)]
    assert sizes == [9, 12, 11, 6]
    drawn = figure(pages[f"/{tag}/regions/"], ".map svg")
    links = [str(link["href"]) for link in drawn.select("a.tile")]
    assert links == [tile.href for tile in grid.tiles]
    for link in links:
        path, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in pages[path].html


def test_a_park_counts_in_each_district_its_source_names(views: dict[str, View]) -> None:
    tiles = {tile.adcode: tile for tile in gridmap.grid_map(views["en"]).tiles}
    named = {park.slug for park in tiles["500112"].parks}
    assert "liangjiang-new-area" in named
    assert tiles["500229"].parks == ()


@pytest.mark.parametrize(
    ("adcode", "tag", "short"),
    [
        ("500103", "en", "Yuzhong"),
        ("500103", "zh-Hans", "渝中"),
        ("500233", "zh-Hans", "忠县"),
        ("500240", "zh-Hans", "石柱"),
    ],
)
def test_a_tile_leaves_out_what_kind_of_district_it_is(
    views: dict[str, View], adcode: str, tag: str, short: str
) -> None:
    tiles = {tile.adcode: tile for tile in gridmap.grid_map(views[tag]).tiles}
    assert tiles[adcode].short == short


def test_a_taken_tile_is_a_fault(tmp_path: Path) -> None:
    content = tiny(tmp_path)
    text = content.read(f"{REGION}/facts.yaml")
    assert "pinyin:" in text
    lines = []
    for line in text.split("\n"):
        lines.append(line)
        if line.strip().startswith("pinyin:"):
            lines.append(f"{line[: len(line) - len(line.lstrip())]}grid: [1, 1]")
    content.write(f"{REGION}/facts.yaml", "\n".join(lines))
    faults = [fault for fault in content.check() if fault.field.endswith("grid")]
    taken = sum(1 for line in lines if "grid:" in line)
    assert len(faults) == taken - 1


# -- boundaries --------------------------------------------------------------------------------------------------------


def test_boundaries_are_shown_only_with_a_map_review_number(views: dict[str, View], tmp_path: Path) -> None:
    assert boundaries.boundary_map(views["en"]) is None
    catalog, _ = checked_catalog(ROOT / "content", "GS(2026)0000")
    renderer = Renderer(
        catalog,
        templates=ROOT / "templates",
        messages=ROOT / "locales",
        assets=collect(ROOT / "static"),
        base_url="https://invest.example",
    )
    drawn = boundaries.boundary_map(renderer.views["en"])
    assert drawn is not None
    assert len(drawn.shapes) == 38
    assert 0.9 < drawn.height / drawn.width < 1.1
    page = next(page for page in site_pages(catalog) if page.path == "regions/")
    html = renderer.html("en", page.template, PageInfo("regions/"), **page.context)
    assert "GS(2026)0000" in html
    assert html.count("<path d=") == 38


def test_the_published_map_shows_no_boundary(pages: dict[str, SeenPage]) -> None:
    assert "<path" not in pages["/en/regions/"].html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"type": "FeatureCollection", "features": [{"properties": {"adcode": "x"}}]}', "pattern"),
        (
            (
                '{"type": "FeatureCollection", "features": [{"properties": {"adcode": "999999"}, "geometry": '
                '{"type": "Polygon", "coordinates": [[[106, 29], [107, 29], [107, 30], [106, 29]]]}}]}'
            ),
            "999999",
        ),
    ],
)
def test_faulty_boundaries_are_refused_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    content = tiny(tmp_path)
    content.write("geo/districts.geojson", text)
    found = [str(fault) for fault in content.check()]
    assert any("geo/districts.geojson" in fault and said in fault for fault in found), found

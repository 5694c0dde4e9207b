"""What leads back to where, and how much of the plan is on pages."""

import pytest

from portal.catalog.provenance import cited_by, coverage, evidence_of, figure, plan_refs
from portal.catalog.store import Catalog
from tests.support.content import Content

ALL = ["0~1", "2", "2.3", "2.3~1", "2.3~6", "2.3~7", "2.4", "2.4~1", "2.4~2", "3", "3.1", "3.1.1", "3.1.1~1", "3.1.1#1"]


@pytest.fixture
def catalog(content: Content) -> Catalog:
    return content.load()


def test_every_statement_is_found_with_its_path(catalog: Catalog) -> None:
    region = catalog.entries["regions"]["central-urban-area"]
    assert [path for path, _ in evidence_of(region.facts)] == [(), ("directions", 0)]
    sector = catalog.entries["sectors"]["next-generation-it"]
    assert [path for path, _ in evidence_of(sector.facts)] == [("targets", 0), ("targets", 1)]


def test_figures_by_name(catalog: Catalog) -> None:
    found = figure(catalog, "contracted-investment/target")
    assert found is not None
    assert (found[0].slug, found[1].value) == ("contracted-investment", 100000)
    found = figure(catalog, "next-generation-it/leading-firms")
    assert found is not None
    assert found[1].value == 10
    assert figure(catalog, "contracted-investment/nowhere") is None
    assert figure(catalog, "nowhere/target") is None
    assert figure(catalog, "contracted-investment") is None


def test_which_entries_stand_on_a_block(catalog: Catalog) -> None:
    assert plan_refs(catalog.entries["sectors"]["next-generation-it"]) == {"3.1.1", "3.1.1~1"}
    citing = {ref: [f"{entry.collection}/{entry.slug}" for entry in found] for ref, found in cited_by(catalog).items()}
    assert citing["2.3~1"] == ["stories/battery-headquarters", "guides/why-chongqing"]
    assert citing["3.1.1#1"] == ["opportunities/semiconductors"]


def pages(catalog: Catalog, locale: str) -> dict[str, str]:
    plan = catalog.plan
    reader = " ".join(block.in_locale(piece, locale)[0] for block in plan.blocks.values() for piece in block.pieces)
    item = plan.blocks["3.1.1#1"]
    own = "\n".join(item.in_locale(piece, locale)[0] for piece in item.pieces)
    return {"plan/": reader, "opportunities/semiconductors/": own}


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_full_coverage(catalog: Catalog, locale: str) -> None:
    report = coverage(catalog, locale, pages(catalog, locale))
    assert (report.blocks, report.placed, report.items, report.items_placed) == (14, 14, 1, 1)
    assert report.missing == ()


def test_a_block_that_is_on_no_page_is_named(catalog: Catalog) -> None:
    shown = pages(catalog, "zh-Hans")
    shown["plan/"] = shown["plan/"].replace("新一代信息技术领域计划", "新一代信息技术领域的计划")
    report = coverage(catalog, "zh-Hans", shown)
    assert (report.placed, report.missing) == (13, ("3.1.1~1",))


def test_one_segment_missing_is_a_block_missing(catalog: Catalog) -> None:
    shown = {path: text.replace("溅射靶材", "靶材") for path, text in pages(catalog, "zh-Hans").items()}
    report = coverage(catalog, "zh-Hans", shown)
    assert (report.missing, report.items_placed) == (("3.1.1#1",), 0)


def test_an_item_counts_only_on_the_page_of_its_opportunity(catalog: Catalog) -> None:
    shown = pages(catalog, "zh-Hans")
    del shown["opportunities/semiconductors/"]
    report = coverage(catalog, "zh-Hans", shown)
    assert (report.placed, report.items_placed) == (14, 0)


def test_no_pages_no_coverage(catalog: Catalog) -> None:
    report = coverage(catalog, "en", {})
    assert (report.placed, report.items_placed) == (0, 0)
    assert list(report.missing) == ALL


def test_the_chinese_page_does_not_cover_the_english(catalog: Catalog) -> None:
    assert coverage(catalog, "en", pages(catalog, "zh-Hans")).placed == 0

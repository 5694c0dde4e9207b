"""The real content: every file its own case, the plan whole and as printed, numbers as quoted, both languages fresh."""

import hashlib
import re
from collections import Counter
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import pytest

from portal.catalog.checks import Checker
from portal.catalog.faults import ContentError, Fault
from portal.catalog.loader import Loader
from portal.catalog.models import (
    COLLECTIONS,
    Fact,
    IndicatorFacts,
    OpportunityFacts,
    RegionFacts,
    SectorFacts,
)
from portal.catalog.provenance import coverage, evidence_of
from portal.catalog.store import Catalog
from portal.catalog.translations import summary
from portal.leads import retention
from portal.locales import SOURCE
from portal.settings import Settings
from tests.conftest import SeenPage
from tests.support.content import ROOT

CONTENT = ROOT / "content"
LOCALES = ("zh-Hans", "en")
FILES = sorted(
    path.relative_to(CONTENT).as_posix()
    for path in CONTENT.rglob("*")
    if path.is_file() and path.name != "README.md" and path.parts[len(CONTENT.parts)] != "schemas"
)
ENTRIES = sorted(f"{name}/{path.name}" for name in COLLECTIONS for path in (CONTENT / name).glob("*") if path.is_dir())
HAN = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=1)
def loaded() -> tuple[Catalog | None, dict[str, list[Fault]]]:
    """The catalog when it loads, and every fault by file."""
    catalog, faults = None, []
    try:
        catalog = Loader(CONTENT).load()
        faults = Checker(catalog).run()
    except ContentError as error:
        faults = list(error.faults)
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(fault.path, []).append(fault)
    return catalog, found


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    found, faults = loaded()
    assert found is not None, "\n".join(str(fault) for list_ in faults.values() for fault in list_)
    return found


# -- files -----------------------------------------------------------------------------------------------------------


def test_there_are_files_to_look_at(catalog: Catalog) -> None:
    assert len(FILES) > 500
    assert len(ENTRIES) > 150
    assert catalog.files == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_without_faults(name: str) -> None:
    faults = loaded()[1].get(f"content/{name}", [])
    assert not faults, "\n".join(map(str, faults))


def test_nothing_else_is_at_fault() -> None:
    others = {path: faults for path, faults in loaded()[1].items() if path.removeprefix("content/") not in FILES}
    assert others == {}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_there_and_fresh_in_both_languages(catalog: Catalog, name: str) -> None:
    collection, slug = name.split("/")
    entry = catalog.get(collection, slug)
    assert entry is not None
    assert [entry.status(locale) for locale in LOCALES] == ["source", "fresh"]
    english = entry.prose("en")
    assert not HAN.search(english.title)
    assert english.title != entry.prose(SOURCE).title


def test_the_plan_is_fresh_in_english(catalog: Catalog) -> None:
    states = [
        (piece.ref, block.in_locale(piece, "en")[1]) for block in catalog.plan.blocks.values() for piece in block.pieces
    ]
    assert [found for found in states if found[1] != "fresh"] == []
    assert set(summary(catalog)["en"]) == {"fresh"}


# -- numbers of things -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("collection", "count"),
    [
        ("sectors", 17),
        ("opportunities", 62),
        ("parks", 21),
        ("policies", 26),
        ("events", 16),
        ("regions", 4),
        ("stories", 6),
    ],
)
def test_how_many_entries_there_are(catalog: Catalog, collection: str, count: int) -> None:
    assert len(catalog.all(collection)) == count


def test_opportunities_run_from_1_to_62_in_the_plans_order(catalog: Catalog) -> None:
    facts = [entry.facts for entry in catalog.all("opportunities") if isinstance(entry.facts, OpportunityFacts)]
    assert [fact.number for fact in facts] == list(range(1, 63))
    assert [fact.plan for fact in facts] == [block.id for block in catalog.plan.items]
    sectors = [entry.slug for entry in catalog.all("sectors")]
    assert [fact.sector for fact in facts] == sorted((fact.sector for fact in facts), key=sectors.index)
    assert set(sectors) == {fact.sector for fact in facts}


def test_districts_of_the_plan_period(catalog: Catalog) -> None:
    regions = [entry.facts for entry in catalog.all("regions") if isinstance(entry.facts, RegionFacts)]
    assert [len(region.districts) for region in regions] == [9, 12, 11, 6]
    codes = [district.adcode for region in regions for district in region.districts]
    assert len(set(codes)) == 38
    assert all(code.startswith("500") for code in codes)
    replaced = {d.names["zh-Hans"] for region in regions for d in region.districts if d.successor}
    assert replaced == {"江北区", "渝北区"}
    for locale in LOCALES:
        assert len({d.names[locale] for region in regions for d in region.districts}) == 38


def test_what_is_not_in_force_is_not_called_so(catalog: Catalog) -> None:
    status = {entry.slug: entry.facts.status for entry in catalog.all("policies")}  # type: ignore[union-attr]
    assert "in-force" not in {status["cai"], status["cptpp"], status["plan-14fyp-investment-promotion"]}
    for entry in catalog.all("policies"):
        if entry.facts.superseded_by:  # type: ignore[union-attr]
            assert status[entry.slug] != "in-force"


# -- targets ---------------------------------------------------------------------------------------------------------


def plan_targets(catalog: Catalog) -> dict[str, list[Decimal]]:
    """Block -> contracted-investment targets in 亿元, read from the text of chapter 3."""
    found: dict[str, list[Decimal]] = {}
    for block in catalog.plan.blocks.values():
        if block.id.startswith("3."):
            for number, wan in re.findall(r"计划合同引资\s*([\d.]+)\s*(万?)亿元", block.text):
                found.setdefault(block.id, []).append(Decimal(number) * (10000 if wan else 1))
    return found


def test_sector_targets_are_those_of_the_plans_text(catalog: Catalog) -> None:
    text = plan_targets(catalog)
    assert [len(numbers) for numbers in text.values()] == [1] * 15 + [4, 1]
    assert sum(map(sum, text.values())) == 91000
    mine: dict[str, list[Decimal]] = {}
    for entry in catalog.all("sectors"):
        assert isinstance(entry.facts, SectorFacts)
        for fact in entry.facts.targets:
            if fact.unit == "cny-100m":
                assert fact.value is not None
                mine.setdefault(fact.plan[0], []).append(fact.value)
    assert mine == text
    assert list(mine) == list(text)


def test_firms_and_institutes_to_attract(catalog: Catalog) -> None:
    text = {
        block.id: (int(number), what)
        for block in catalog.plan.blocks.values()
        for what, number in re.findall(r"策划引进(头部企业|顶级科研机构)\s*(\d+)\s*家", block.text)
        if block.id.startswith("3.")
    }
    mine = {
        fact.plan[0]: (int(fact.value or 0), "头部企业" if fact.unit == "firms" else "顶级科研机构")
        for entry in catalog.all("sectors")
        if isinstance(entry.facts, SectorFacts)
        for fact in entry.facts.targets
        if fact.unit in ("firms", "institutes")
    }
    assert mine == text
    assert Counter(what for _, what in text.values()) == {"头部企业": 16, "顶级科研机构": 1}
    assert sum(number for number, _ in text.values()) == 100


def test_table_1(catalog: Catalog) -> None:
    rows = {
        entry.facts.row: {fact.key: fact.value for fact in entry.facts.values}
        for entry in catalog.all("indicators")
        if isinstance(entry.facts, IndicatorFacts) and entry.facts.category == "table-1"
    }
    text = catalog.plan.blocks["2.3~7"].text
    for number, row in rows.items():
        for value in row.values():
            assert f"{value:,}" in text or f"{value}.0" in text, f"row {number}: {value}"
    assert rows == {
        1: {"baseline": 14600, "target": 100000},
        2: {"baseline": 2947, "target": 20000},
        3: {"baseline": 7213, "target": 40000},
        4: {"baseline": 1693, "target": 8000},
        5: {"baseline": Decimal("0.8"), "target": 1},
        6: {"baseline": 46, "target": 250},
    }


def quoted(quote: str, unit: str | None) -> set[Decimal]:
    """The numbers a quotation holds; money in 亿元."""
    found = set()
    for number, scale in re.findall(r"(\d[\d,]*(?:\.\d+)?|百)\s*(万亿|亿)?", quote):
        value = Decimal(100) if number == "百" else Decimal(number.replace(",", ""))
        found.add(value * 10000 if unit == "cny-100m" and scale == "万亿" else value)
    return found


def numbers_with_quotes() -> list[tuple[str, Fact]]:
    catalog, _ = loaded()
    return [
        (f"{entry.collection}/{entry.slug} {evidence.key}", evidence)
        for entry in catalog or ()
        for _, evidence in evidence_of(entry.facts)
        if isinstance(evidence, Fact) and evidence.value is not None and evidence.quote
    ]


def test_every_number_stands_in_its_quotation(catalog: Catalog) -> None:
    facts = numbers_with_quotes()
    assert len(facts) > 70
    assert [
        (name, fact.value, fact.quote) for name, fact in facts if fact.value not in quoted(str(fact.quote), fact.unit)
    ] == []


def test_every_target_is_quoted(catalog: Catalog) -> None:
    for entry in catalog.all("sectors"):
        assert isinstance(entry.facts, SectorFacts)
        assert all(fact.quote and fact.plan for fact in entry.facts.targets), entry.slug


# -- the plan --------------------------------------------------------------------------------------------------------

#: chapter -> blocks and SHA-256 of their joined text, as printed
PRINTED = {
    "0": (4, "2e214dc189c7a39c"),
    "1": (13, "db1b9b1c601ccefc"),
    "2": (21, "9252afdd3f0debcb"),
    "3": (100, "95524f295d9aa094"),
    "4": (12, "de5478a9e9ceb4c1"),
    "5": (2, "d3306f39afa059e9"),
}


def test_the_plan_has_152_blocks(catalog: Catalog) -> None:
    kinds = Counter(block.kind for block in catalog.plan.blocks.values())
    assert sum(kinds.values()) == 152
    assert (kinds["item"], kinds["chapter"]) == (62, 5)


@pytest.mark.parametrize("chapter", PRINTED)
def test_a_chapter_is_as_printed(catalog: Catalog, chapter: str) -> None:
    """A change here is a change of the plan's wording: faults of the print belong into `errata`."""
    blocks = dict(catalog.plan.chapters())[chapter]
    digest = hashlib.sha256("".join(block.text for block in blocks).encode()).hexdigest()[:16]
    assert (len(blocks), digest) == PRINTED[chapter]


def test_segments_are_whole_sentences(catalog: Catalog) -> None:
    cut = [
        piece.ref
        for block in catalog.plan.items
        for piece in block.pieces
        if not piece.text.endswith(("。", "；")) or piece.text[0] in "，。；、）”" or "\n" in piece.text
    ]
    assert cut == []


def test_pages_of_the_plan_run_forward(catalog: Catalog) -> None:
    numbers = [piece.page for block in catalog.plan.blocks.values() for piece in block.pieces]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) <= (1, catalog.plan.meta.pages)


def test_every_piece_of_the_plan_is_english_in_english(catalog: Catalog) -> None:
    plan = catalog.plan
    chinese = [
        piece.ref
        for block in plan.blocks.values()
        for piece in block.pieces
        if len(HAN.findall(block.in_locale(piece, "en")[0])) > 0.2 * len(piece.text)
    ]
    assert chinese == []


# -- the published pages ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts(pages: dict[str, SeenPage]) -> dict[str, dict[str, str]]:
    """Locale -> path below it -> visible words of the page."""
    found: dict[str, dict[str, str]] = {}
    for address, page in pages.items():
        _, locale, path = address.split("/", 2)
        found.setdefault(locale, {})[path] = page.seen.text
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_the_whole_plan_is_on_pages(catalog: Catalog, texts: dict[str, dict[str, str]], locale: str) -> None:
    report = coverage(catalog, locale, texts[locale])
    assert report.missing == ()
    assert (report.blocks, report.placed, report.items, report.items_placed) == (152, 152, 62, 62)


def test_the_plans_sentences_stand_word_for_word(catalog: Catalog, texts: dict[str, dict[str, str]]) -> None:
    everything = re.sub(r"\s", "", " ".join(texts["zh-Hans"].values()))
    sentences = [
        re.sub(r"\s", "", sentence)
        for block in catalog.plan.blocks.values()
        if not block.id.startswith("0")
        for sentence in re.findall(r"[^。]+。?", block.text)
    ]
    missing = [sentence for sentence in sentences if sentence not in everything]
    assert len(sentences) > 450
    assert len(missing) <= 0.005 * len(sentences), missing


def test_both_languages_have_the_same_pages(texts: dict[str, dict[str, str]]) -> None:
    assert set(texts) == set(LOCALES)
    assert set(texts["en"]) == set(texts["zh-Hans"])
    assert len(texts["en"]) > 160


def test_chinese_on_english_pages_is_marked_as_such(pages: dict[str, SeenPage]) -> None:
    """Words in Chinese characters are zh-*; in the glossary also ja and ko."""
    wrong = [
        (address, lang, words)
        for address, page in pages.items()
        if address.startswith("/en/")
        for lang, words in page.seen.spoken
        if HAN.search(words)
        and not lang.startswith("zh-")
        and not (address == "/en/glossary/" and lang in ("ja", "ko"))
    ]
    assert wrong == []


def test_what_is_marked_as_chinese_is_chinese(pages: dict[str, SeenPage]) -> None:
    wrong = [
        (address, words)
        for address, page in pages.items()
        if address.startswith("/en/")
        for lang, words in page.seen.spoken
        if lang.startswith("zh") and len(words) > 3 and not HAN.search(words)
    ]
    assert wrong == []


def test_pages_have_a_language_one_head_and_no_gaps_between_headings(pages: dict[str, SeenPage]) -> None:
    wrong = []
    for address, page in pages.items():
        levels = page.seen.headings
        if page.seen.lang != address.split("/")[1]:
            wrong.append(f"{address}: lang is '{page.seen.lang}'")
        if levels.count(1) != 1 or levels[0] != 1:
            wrong.append(f"{address}: h1 at {[i for i, level in enumerate(levels) if level == 1]}")
        gaps = [(before, after) for before, after in pairwise(levels) if after > before + 1]
        if gaps:
            wrong.append(f"{address}: headings jump {gaps}")
    assert wrong == []


def test_ids_stand_once_on_a_page(pages: dict[str, SeenPage]) -> None:
    wrong = {}
    for address, page in pages.items():
        twice = [name for name, count in Counter(re.findall(r'\sid="([^"]+)"', page.html)).items() if count > 1]
        if twice:
            wrong[address] = twice
    assert wrong == {}


def test_no_number_is_written_scientifically(pages: dict[str, SeenPage]) -> None:
    wrong = [
        (address, found)
        for address, page in pages.items()
        if (found := re.findall(r"\b\d(?:\.\d+)?E\+?\d+\b", page.html))
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sector_page_shows_its_target(catalog: Catalog, pages: dict[str, SeenPage], locale: str) -> None:
    for entry in catalog.all("sectors"):
        assert isinstance(entry.facts, SectorFacts)
        html = pages[f"/{locale}/sectors/{entry.slug}/"].html
        for fact in entry.facts.targets:
            assert fact.value is not None
            machine = fact.value * 10**8 if fact.unit == "cny-100m" else fact.value
            assert f'<data value="{machine}">' in html, (entry.slug, fact.key)
            assert f'<q lang="zh-Hans">{fact.quote}</q>' in html


def test_the_privacy_notice_tells_the_days_that_are_kept_to() -> None:
    settings = Settings()
    public = retention.KEPT.days
    days = [public, settings.retention_closed_days, settings.retention_spam_days, settings.retention_quarantine_days]
    for locale, words in (("zh-Hans", "{}天"), ("en", "{} days")):
        text = (ROOT / "content/guides/privacy" / f"{locale}.md").read_text("utf-8")
        assert [number for number in days if words.format(number) not in text] == []

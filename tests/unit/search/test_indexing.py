"""Catalog -> documents, over the real content."""

import pytest

from portal.catalog.loader import load
from portal.catalog.store import Catalog
from portal.release.indexing import documents
from search import Document
from tests.support.content import ROOT


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(ROOT / "content")


@pytest.fixture(scope="module", params=["zh-Hans", "en"])
def found(request: pytest.FixtureRequest, catalog: Catalog) -> dict[str, Document]:
    return {document.id: document for document in documents(catalog, request.param)}


def test_every_entry_and_every_paragraph_is_there(catalog: Catalog, found: dict[str, Document]) -> None:
    assert {f"{entry.collection}/{entry.slug}" for entry in catalog} <= found.keys()
    paragraphs = {f"plan/{block.id}" for block in catalog.plan.blocks.values() if block.kind == "paragraph"}
    assert paragraphs
    assert paragraphs == {name for name in found if name.startswith("plan/")}


def test_every_plan_item_is_said_by_its_opportunity(catalog: Catalog, found: dict[str, Document]) -> None:
    said = {ref for document in found.values() if document.type == "opportunities" for ref in document.plan}
    assert said == {block.id for block in catalog.plan.items}


def test_document_of_an_opportunity_holds_all_of_its_block(catalog: Catalog, found: dict[str, Document]) -> None:
    for document in found.values():
        if document.type == "opportunities":
            block = catalog.plan.blocks[document.plan[0]]
            text = "\n".join(word.text for word in document.texts("body"))
            assert all(block.in_locale(piece, document.locale)[0] in text for piece in block.pieces), document.id


def test_addresses(found: dict[str, Document]) -> None:
    locale = next(iter(found.values())).locale
    assert found["opportunities/semiconductors"].url == f"/{locale}/opportunities/semiconductors/"
    assert found["events/boao"].url == f"/{locale}/events/#boao"
    assert found["indicators/contracted-investment"].url == f"/{locale}/data/#contracted-investment"
    assert found["plan/3.1.1~1"].url.startswith(f"/{locale}/plan/")
    assert found["plan/3.1.1~1"].url.endswith("#b3.1.1~1")
    assert found["guides/complaints"].url == f"/{locale}/guides/complaints/"


def test_facets_come_from_facts(found: dict[str, Document]) -> None:
    assert found["opportunities/semiconductors"].sector == ("next-generation-it",)
    assert "central-urban-area" in found["opportunities/semiconductors"].region
    assert found["parks/liangjiang-new-area"].level == ("national",)
    assert found["parks/liangjiang-new-area"].region == ("central-urban-area",)


def test_names_in_all_languages_of_the_glossary_are_synonyms(found: dict[str, Document]) -> None:
    synonyms = {word.text for word in found["opportunities/lifts"].synonyms}
    assert {"電梯", "Aufzüge"} <= synonyms
    assert {"兩江新區", "重慶兩江新區"} & {word.text for word in found["parks/liangjiang-new-area"].synonyms}


def test_segment_has_its_terms_in_the_other_language(found: dict[str, Document]) -> None:
    parts = {part.anchor: part for part in found["opportunities/semiconductors"].parts}
    words = {*parts["materials"].labels, *(word.text for word in parts["materials"].synonyms)}
    assert {"溅射靶材", "sputtering targets"} <= words


def test_target_is_found_by_the_figure_as_it_is_written(found: dict[str, Document]) -> None:
    document = found["indicators/contracted-investment"]
    assert ("10 万亿元" if document.locale == "zh-Hans" else "CNY 10 trillion") in document.body


def test_no_markup_in_texts(found: dict[str, Document]) -> None:
    for document in found.values():
        for name in ("title", "labels", "summary", "body", "synonyms"):
            for text, _ in document.texts(name):
                assert "<p" not in text, document.id
                assert "](" not in text, document.id


def test_same_content_gives_the_same_documents(catalog: Catalog) -> None:
    assert documents(catalog, "en") == documents(catalog, "en")

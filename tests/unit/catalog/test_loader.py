"""The loader: every fault of every file in one run, with file, line and column."""

import os
import shutil
from pathlib import Path

import pytest

from portal.catalog.faults import Fault
from portal.catalog.loader import load
from tests.support.content import (
    EVENT,
    INDICATOR,
    OPPORTUNITY,
    PARK,
    PLAN,
    POLICY,
    REGION,
    SECTOR,
    STORY,
    Content,
)


def places(faults: list[Fault]) -> list[tuple[str, int, int]]:
    return [(fault.path, fault.line, fault.column) for fault in faults]


def only(content: Content) -> Fault:
    faults = content.check()
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def test_the_tiny_content_is_without_faults(content: Content) -> None:
    assert content.check() == []
    catalog = content.load()
    assert {name: len(entries) for name, entries in catalog.entries.items()} == {
        "sectors": 1,
        "opportunities": 1,
        "regions": 1,
        "parks": 1,
        "policies": 1,
        "events": 1,
        "indicators": 1,
        "stories": 1,
        "guides": 6,
    }
    assert catalog.files == sum(path.is_file() for path in content.folder.rglob("*"))


def test_the_hash_follows_the_content(content: Content, tmp_path: Path) -> None:
    before = content.load().hash
    assert load(Path(shutil.copytree(content.folder, tmp_path / "copy" / "content"))).hash == before
    content.replace(f"{STORY}/facts.yaml", "order: 1", "order: 2")
    assert content.load().hash != before


# -- fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "needle"),
    [
        (f"{SECTOR}/facts.yaml", "family:", "famly:", "famly"),
        (f"{SECTOR}/facts.yaml", "    unit: cny-100m", "    unit: cny", "unit: cny\n"),
        (f"{SECTOR}/facts.yaml", "order: 1", "order: 1.10", "order"),
        (f"{SECTOR}/facts.yaml", "order: 1", "order: one", "order"),
        (f"{SECTOR}/facts.yaml", "order: 1", "order: true", "order"),
        (f"{SECTOR}/facts.yaml", "    value: 10000", "    value: no", "value: no"),
        (f"{SECTOR}/facts.yaml", "    value: 10000", "    value: true", "value: true"),
        (f"{SECTOR}/facts.yaml", "order: 1", "order: 1\nno: 1", "no: 1"),
        (f"{OPPORTUNITY}/facts.yaml", "number: 1", "number: 0", "number"),
        (f"{OPPORTUNITY}/facts.yaml", "segments: [design", "segments: [../design", "../design"),
        (f"{OPPORTUNITY}/facts.yaml", "sector: next-generation-it", "sector: Next%2eIT", "sector"),
        (f"{POLICY}/facts.yaml", "'2019-03-15'", "2019-13-15", "issued"),
        (f"{POLICY}/facts.yaml", "'2019-03-15'", "2019-02-30", "issued"),
        (f"{POLICY}/facts.yaml", "'2019-03-15'", "'0000-01-01'", "issued"),
        (f"{POLICY}/facts.yaml", "'2019-03-15'", "2019", "issued"),
        (f"{POLICY}/facts.yaml", "status: in-force", "status: valid", "status: valid"),
        (f"{PARK}/facts.yaml", "year: 2010", "year: 20100", "year"),
        (f"{PARK}/facts.yaml", "year: 2010", "yaer: 2010", "yaer"),
        (f"{REGION}/facts.yaml", "adcode: '500103'", "adcode: 500103", "adcode: 500103"),
        (f"{EVENT}/facts.yaml", "plan: 2.4~1", "plan: 2.4-1", "plan"),
        (f"{STORY}/en.md", "title: Battery headquarters", "title: 1.10", "title"),
        (f"{STORY}/en.md", "title: Battery headquarters", "title: ''", "title"),
        (f"{STORY}/en.md", "title: Battery headquarters", "titel: Battery", "titel"),
        ("site.yaml", "divisions_as_of", "division_as_of", "division_as_of"),
        ("sources.yaml", "  link: true", "  link: perhaps", "link: perhaps"),
    ],
)
def test_a_fault_in_a_field_is_reported_at_its_key(
    content: Content, name: str, old: str, new: str, needle: str
) -> None:
    content.replace(name, old, new)
    faults = content.check()
    assert content.place(name, needle) in places(faults), "\n".join(map(str, faults))
    assert all(fault.path == content.shown(name) for fault in faults), "\n".join(map(str, faults))


def test_a_missing_key_is_reported_where_it_should_stand(content: Content) -> None:
    content.replace(f"{INDICATOR}/facts.yaml", "  - key: baseline\n    value", "  - value")
    fault = only(content)
    assert (fault.path, fault.line, fault.column) == content.place(f"{INDICATOR}/facts.yaml", "value: 14600")
    assert fault.field == "values.0.key"
    assert fault.mend == "add the key"


def test_a_fact_has_exactly_one_kind_of_value(content: Content) -> None:
    content.replace(f"{PARK}/facts.yaml", "    date: '2010-05'", "    date: '2010-05'\n    prose: true")
    content.replace(f"{POLICY}/facts.yaml", "    unit: units\n", "")
    faults = content.check()
    assert places(faults) == [
        content.place(f"{PARK}/facts.yaml", "key: approved"),
        content.place(f"{POLICY}/facts.yaml", "key: measures"),
    ]
    assert "exactly one of" in faults[0].message
    assert "value and unit go together" in faults[1].message


def test_all_faults_of_many_files_come_in_one_run(content: Content) -> None:
    content.replace(f"{SECTOR}/facts.yaml", "family:", "famly:")
    content.replace(f"{PARK}/facts.yaml", "level: national", "level: galactic")
    content.replace(f"{STORY}/en.md", "title:", "titel:")
    content.replace("sources.yaml", "  official: true", "  oficial: true")
    content.append(f"{PLAN}/en/3-priorities.md", "\n<!-- 9.9 p1 @00000000 -->\nNowhere\n")
    content.write(f"{EVENT}/facts.yaml", "order: [\n")
    found = content.check()
    assert len({fault.path for fault in found}) == 6
    assert {
        content.place(f"{SECTOR}/facts.yaml", "famly"),
        content.place(f"{PARK}/facts.yaml", "level"),
        content.place(f"{STORY}/en.md", "titel"),
        content.place("sources.yaml", "oficial"),
        content.place(f"{PLAN}/en/3-priorities.md", "<!-- 9.9"),
        (content.shown(f"{EVENT}/facts.yaml"), 2, 1),
    } <= set(places(found))
    assert found == sorted(found)


def test_a_fault_says_where_what_and_how(content: Content) -> None:
    content.replace(f"{PARK}/facts.yaml", "level: national", "level: galactic")
    line = str(only(content))
    assert line.startswith("content/parks/liangjiang-new-area/facts.yaml:2:1: level: ")
    assert "'national'" in line.partition(" -> ")[2]


# -- files and folders -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Upper", "under_score", "%2e%2e", "a--b", "-a", "a b", "重庆", "a" * 81, "ends\n"])
def test_a_folder_that_is_no_slug_is_refused(content: Content, name: str) -> None:
    content.path(STORY).rename(content.path("stories") / name)
    fault = only(content)
    assert fault.path == f"content/stories/{name}"
    assert fault.message == "is not a slug"


def test_what_does_not_belong_in_an_entry_is_refused(content: Content) -> None:
    content.write(f"{STORY}/notes.txt", "x")
    content.write(f"{STORY}/xx.md", "---\ntitle: x\n---\n")
    content.write("stories/stray", "x")
    assert [(fault.path, fault.message) for fault in content.check()] == [
        (f"content/{STORY}/notes.txt", "does not belong here"),
        (f"content/{STORY}/xx.md", "does not belong here"),
        ("content/stories/stray", "is not a folder"),
    ]


def test_a_misspelt_collection_is_not_passed_over(content: Content) -> None:
    content.path("stories").rename(content.path("storeis"))
    assert "content/storeis" in {fault.path for fault in content.check()}


def test_facts_and_source_text_must_be_there(content: Content) -> None:
    content.remove(f"{STORY}/facts.yaml")
    content.remove(f"{EVENT}/zh-Hans.md")
    assert [(fault.path, fault.message) for fault in content.check()] == [
        (f"content/{EVENT}", "zh-Hans.md is missing"),
        (f"content/{STORY}/facts.yaml", "file is missing"),
    ]


@pytest.mark.parametrize("name", [f"{STORY}/facts.yaml", f"{STORY}/en.md", "site.yaml", f"{PLAN}/en/0-foreword.md"])
@pytest.mark.parametrize("kind", ["fifo", "symlink", "folder", "huge", "binary"])
def test_files_that_are_no_text_are_refused(content: Content, name: str, kind: str) -> None:
    path = content.path(name)
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "symlink":
        path.symlink_to("/etc/passwd")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"a" * 2_000_000 if kind == "huge" else b"\x89PNG\r\n\x1a\n\0\0")
    assert content.shown(name) in {fault.path for fault in content.check()}


def test_a_symbolic_link_in_place_of_an_entry_is_refused(content: Content, tmp_path: Path) -> None:
    shutil.move(content.path(STORY), tmp_path / "elsewhere")
    content.path(STORY).symlink_to(tmp_path / "elsewhere")
    assert only(content).path == f"content/{STORY}"


def test_a_symbolic_link_in_place_of_a_collection_is_refused(content: Content, tmp_path: Path) -> None:
    shutil.move(content.path("stories"), tmp_path / "elsewhere")
    content.path("stories").symlink_to(tmp_path / "elsewhere")
    assert only(content).path == "content/stories"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title: x\n", (1, 1)),
        ("---\ntitle: x\n", (1, 1)),
        ("---\ntitle: x\ntitle: y\n---\n", (3, 1)),
        ("---\ntitle: [\n---\n", (3, 1)),
        ("---\n---\n", (1, 1)),
    ],
    ids=["none", "open", "twice", "not-yaml", "empty"],
)
def test_faulty_front_matter(content: Content, text: str, place: tuple[int, int]) -> None:
    content.write(f"{STORY}/en.md", text)
    fault = only(content)
    assert (fault.path, fault.line, fault.column) == (f"content/{STORY}/en.md", *place)


@pytest.mark.parametrize("text", ["- a\n", "just words\n", "a: b\n"])
def test_sources_that_are_no_table_of_sources(content: Content, text: str) -> None:
    content.write("sources.yaml", text)
    assert ("content/sources.yaml", 1, 1) in places(content.check())


# -- site ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "needle"),
    [
        ("[zh-Hans, en]", "[zh-Hans, en, xx]", "locales"),
        ("default_locale: zh-Hans", "default_locale: de", "default_locale"),
    ],
)
def test_locales_of_the_site_must_be_known(content: Content, old: str, new: str, needle: str) -> None:
    content.replace("site.yaml", old, new)
    fault = only(content)
    assert (fault.path, fault.line, fault.column) == content.place("site.yaml", needle)


# -- glossary --------------------------------------------------------------------------------------------------------


def test_glossary_terms_have_their_languages(content: Content) -> None:
    term = content.load().glossary[1]
    assert (term.id, term.page, term.words["zh-Hans"], term.words["en"]) == (
        "term.target",
        "15",
        "溅射靶材",
        "sputtering targets",
    )


def test_faulty_glossary_rows_are_reported_by_line(content: Content) -> None:
    content.append("glossary.tsv", "short\trow\nitem.01\titem\t1\ta\tb\tc\td\te\nx\tx\tx\tx\tx\tx\tx\tx\tx\tx\n")
    assert places(content.check()) == [
        ("content/glossary.tsv", 4, 1),
        ("content/glossary.tsv", 5, 1),
        ("content/glossary.tsv", 6, 1),
    ]


@pytest.mark.parametrize("text", ["kind\tpage\nitem\t1\n", "id\tkind\tpage\tzh-Hans\na\tb\t1\t" + "x" * 140_000 + "\n"])
def test_an_odd_glossary_is_a_fault_and_no_crash(content: Content, text: str) -> None:
    content.write("glossary.tsv", text)
    assert {fault.path for fault in content.check()} == {"content/glossary.tsv"}

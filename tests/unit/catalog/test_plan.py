"""The plan's files: markers, blocks, segments, translations."""

import shutil

import pytest

from portal.catalog.faults import Fault
from portal.catalog.plan import Piece, anchor, kind_of, parse_pieces, text_hash
from tests.support.content import OPPORTUNITY, PLAN, Content

PRIORITIES = f"{PLAN}/zh-Hans/3-priorities.md"


def pieces(text: str) -> tuple[list[Piece], list[tuple[int, int]]]:
    faults: list[Fault] = []
    found = parse_pieces(text, "plan.md", faults)
    assert all(fault.path == "plan.md" and fault.message and fault.mend for fault in faults)
    return found, [(fault.line, fault.column) for fault in faults]


def only(content: Content) -> tuple[str, int, int]:
    faults = content.check()
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0].path, faults[0].line, faults[0].column


def test_markers_and_texts() -> None:
    found, faults = pieces("<!-- 3.1.1#1 p14 -->\nHead.\n\n<!-- 3.1.1#1/design p15 @0123abcd -->\nOne\ntwo.\n")
    assert faults == []
    assert found == [
        Piece("3.1.1#1", 14, "Head.", 1),
        Piece("3.1.1#1/design", 15, "One\ntwo.", 4, "0123abcd"),
    ]
    assert (found[1].block, found[1].segment) == ("3.1.1#1", "design")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Text above.\n<!-- 1 p1 -->\nA\n", [(1, 1)]),
        ("<!-- 1 p1 -->\n\n<!-- 1~1 p1 -->\nA\n", [(1, 1)]),
        ("<!-- 1 p1 -->\nA\n<!-- 1~1 -->\nB\n", [(3, 1), (4, 1)]),
        ("<!-- 1 p1 -->\nA\n<!-- 1~1 p1 @xyz -->\n", [(3, 1)]),
        ("<!-- ../1 p1 -->\n", [(1, 1)]),
        ("<!-- 1 p1 -->\nA\n<!-- 1/Design p1 -->\n<!-- -->\n", [(3, 1), (4, 1)]),
    ],
    ids=["text-above", "empty", "no-page", "bad-pin", "path", "upper-case"],
)
def test_faulty_plan_files_are_reported_by_line(text: str, places: list[tuple[int, int]]) -> None:
    assert pieces(text)[1] == places


@pytest.mark.parametrize(
    ("block", "kind"),
    [("3", "chapter"), ("3.1", "section"), ("3.1.1", "group"), ("3.1.1~1", "paragraph"), ("3.1.1#1", "item")],
)
def test_the_kind_of_a_block_is_in_its_id(block: str, kind: str) -> None:
    assert kind_of(block) == kind


def test_the_html_id_of_a_block() -> None:
    assert anchor("3.1.1#1/design") == "b3.1.1-1/design"
    assert anchor("2021-2025:3.1.1#1") == "b3.1.1-1"


def test_segments_join_to_the_block(content: Content) -> None:
    plan = content.load().plan
    block = plan.blocks["3.1.1#1"]
    assert [piece.segment for piece in block.pieces] == [None, "design", "materials"]
    assert block.text.startswith("1．半导体。围绕")
    assert block.text.endswith(
        "打造产业集群。芯片设计环节，重点招引射频芯片、显示驱动芯片企业。材料环节，重点引进光刻胶、溅射靶材项目。"
    )
    assert (block.page, block.pieces[2].page) == (14, 15)
    assert [item.id for item in plan.items] == ["3.1.1#1"]
    assert [(number, len(blocks)) for number, blocks in plan.chapters()] == [("0", 1), ("2", 8), ("3", 5)]


def test_references_find_blocks_with_and_without_the_plan(content: Content) -> None:
    catalog = content.load()
    expected = catalog.plan.blocks["3.1.1#1"]
    for ref in ("3.1.1#1", "3.1.1#1/design", "2021-2025:3.1.1#1"):
        found = catalog.block(ref)
        assert found is not None
        assert found[1] is expected
    assert catalog.block("2026-2030:3.1.1#1") is None
    assert catalog.block_path("3.1.1#1/design") == "plan/priorities/#b3.1.1-1/design"


@pytest.mark.parametrize("ref", ["3.1.1#1/elsewhere", "3.1.1#2", "0.1"])
def test_references_to_what_the_plan_has_not(content: Content, ref: str) -> None:
    assert content.load().block(ref) is None


def test_a_translation_is_fresh_stale_or_missing_by_its_hash(content: Content) -> None:
    english = f"{PLAN}/en/3-priorities.md"
    content.replace(PRIORITIES, "芯片设计环节", "芯片 设计环节")
    text = content.read(english)
    start = text.index("<!-- 3.1.1#1/materials")
    content.write(english, text[:start])
    block = content.load().plan.blocks["3.1.1#1"]
    head, design, materials = block.pieces
    assert block.in_locale(head, "zh-Hans") == (head.text, "source")
    assert block.in_locale(head, "en")[1] == "fresh"
    assert block.in_locale(design, "en") == (
        "In chip design, makers of radio frequency chips and display driver chips are sought.",
        "stale",
    )
    assert block.in_locale(materials, "en") == (materials.text, "missing")


def test_the_hash_ignores_only_the_ends() -> None:
    assert text_hash(" 重庆\n") == text_hash("重庆")
    assert text_hash("重庆") != text_hash("重 庆")
    assert len(text_hash("")) == 8


# -- whole plans -----------------------------------------------------------------------------------------------------


def test_blocks_that_stand_twice_or_nowhere(content: Content) -> None:
    content.append(PRIORITIES, "\n<!-- 3.1 p15 -->\nAgain\n")
    content.append(f"{PLAN}/en/3-priorities.md", "\n<!-- 3.1 p15 -->\nAgain\n\n<!-- 8.8 p1 -->\nNowhere\n")
    faults = [(fault.path, fault.line, fault.column, fault.field) for fault in content.check()]
    assert faults == [
        (*content.place(f"{PLAN}/en/3-priorities.md", "<!-- 3.1 p15"), "3.1"),
        (*content.place(f"{PLAN}/en/3-priorities.md", "<!-- 8.8"), "8.8"),
        (*content.place(PRIORITIES, "<!-- 3.1 p15"), "3.1"),
    ]


def test_a_foreign_folder_beside_the_locales(content: Content) -> None:
    content.write(f"{PLAN}/xx/1.md", "<!-- 1 p1 -->\nA\n")
    assert only(content)[0] == f"content/{PLAN}/xx"


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("\n<!-- 3.1.1.1 p15 -->\nDeeper than the plan goes\n", "<!-- 3.1.1.1"),
        ("\n<!-- 3.1.1~2/design p15 -->\nSegment without a head\n", "<!-- 3.1.1~2"),
    ],
    ids=["deep", "headless"],
)
def test_blocks_no_page_could_show(content: Content, text: str, needle: str) -> None:
    content.append(PRIORITIES, text)
    assert content.place(PRIORITIES, needle) in [(f.path, f.line, f.column) for f in content.check()]


def test_an_erratum_must_quote_the_print(content: Content) -> None:
    content.replace(f"{PLAN}/plan.yaml", "printed: IDM（整合原件制造）", "printed: IDM（集成）")
    assert only(content) == content.place(f"{PLAN}/plan.yaml", "printed")


def test_a_chapter_without_an_address(content: Content) -> None:
    content.replace(f"{PLAN}/plan.yaml", "  '2': requirements\n", "")
    faults = content.check()
    assert faults
    assert {(f.path, f.line, f.column) for f in faults} == {content.place(f"{PLAN}/plan.yaml", "chapters")}


def test_a_plan_without_plan_yaml(content: Content) -> None:
    content.write("plans/2026-2030/zh-Hans/1.md", "<!-- 1 p1 -->\nA\n")
    assert only(content)[0] == "content/plans/2026-2030/plan.yaml"


def test_a_broken_plan_yaml_is_not_also_called_absent(content: Content) -> None:
    content.replace(f"{PLAN}/plan.yaml", "pages: 54", "pages: many")
    assert only(content) == content.place(f"{PLAN}/plan.yaml", "pages")


def test_a_stray_file_among_the_plans(content: Content) -> None:
    content.write("plans/notes.md", "x")
    assert only(content)[0] == "content/plans/notes.md"


def test_one_plan_is_the_default(content: Content) -> None:
    content.replace(f"{PLAN}/plan.yaml", "default: true", "default: false")
    fault = content.check()[0]
    assert fault.path == "content/plans"
    assert "default" in fault.message


# -- the next plan ---------------------------------------------------------------------------------------------------


@pytest.fixture
def two_plans(content: Content) -> Content:
    shutil.copytree(content.path(PLAN), content.path("plans/2026-2030"))
    content.replace("plans/2026-2030/plan.yaml", "slug: 2021-2025\ndefault: true", "slug: 2026-2030")
    return content


def test_the_next_plan_is_added_as_files_alone(two_plans: Content) -> None:
    assert two_plans.check() == []
    catalog = two_plans.load()
    assert catalog.plan.meta.slug == "2021-2025"
    found = catalog.block("2026-2030:3.1.1#1")
    assert found is not None
    assert found[0].meta.slug == "2026-2030"
    assert catalog.block_path("2026-2030:3.1.1#1") == "plan/2026-2030-priorities/#b3.1.1-1"


def test_two_default_plans_are_a_fault(two_plans: Content) -> None:
    two_plans.replace("plans/2026-2030/plan.yaml", "slug: 2026-2030", "slug: 2026-2030\ndefault: true")
    assert only(two_plans)[0].endswith("plan.yaml")


def test_the_same_slug_twice_is_a_fault(two_plans: Content) -> None:
    two_plans.replace("plans/2026-2030/plan.yaml", "slug: 2026-2030", "slug: 2021-2025")
    assert only(two_plans) == two_plans.place("plans/2026-2030/plan.yaml", "slug")


def test_a_reference_may_name_the_default_plan(content: Content) -> None:
    content.replace(f"{OPPORTUNITY}/facts.yaml", "plan: 3.1.1#1", "plan: 2021-2025:3.1.1#1")
    assert content.check() == []

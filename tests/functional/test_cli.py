"""The `portal` command: exit codes (0 well, 1 found faults, 2 wrong use), faults with their place, JSON for programs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from portal.cli import app
from tests.support.content import PARK, STORY, Content, tiny

VERBS = [
    "check",
    "publish",
    "serve",
    "preview",
    "deliver",
    "inbox",
    "staff",
    "translations",
    "leads",
    "export",
    "bench",
]


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    content = tiny(tmp_path)
    monkeypatch.setenv("CONTENT", str(content.folder))
    monkeypatch.setenv("VAR", str(tmp_path / "var"))
    return content


@pytest.fixture
def current(tmp_path: Path) -> Path:
    return tmp_path / "var" / "current"


def portal(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    result = portal(verb, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_all_verbs_are_listed() -> None:
    listed = portal("--help").stdout
    assert [verb for verb in VERBS if verb not in listed] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("check", "--nonsense"),
        ("export",),
        ("translations", "--pin", "xx"),
        ("bench", "search", "--quality", "--queries", "nowhere.tsv"),
        ("bench", "search", "--sizes", "1,x"),
    ],
)
def test_wrong_use_exits_2(content: Content, arguments: tuple[str, ...]) -> None:
    assert portal(*arguments).exit_code == 2


def test_good_content(content: Content) -> None:
    result = portal("check")
    assert (result.exit_code, "no faults" in result.stdout) == (0, True)
    assert "icp_number" in result.stdout


def test_coverage(content: Content) -> None:
    result = portal("check", "--coverage", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["ok"] is True
    assert [(report["locale"], report["placed"], report["items_placed"]) for report in found["coverage"]] == [
        ("zh-Hans", 14, 1),
        ("en", 14, 1),
    ]


@pytest.mark.parametrize("verb", ["check", "publish"])
def test_faults_exit_1_with_their_place(content: Content, verb: str) -> None:
    content.replace(f"{PARK}/facts.yaml", "level:", "levle:")
    result = portal(verb)
    assert result.exit_code == 1
    assert "content/parks/liangjiang-new-area/facts.yaml:2:1: levle: " in result.stderr
    assert "Traceback" not in result.stderr
    found = json.loads(portal(verb, "--json").stdout)
    assert found["ok"] is False
    assert (found["faults"][0]["path"], found["faults"][0]["line"], found["faults"][0]["column"]) in {
        ("content/parks/liangjiang-new-area/facts.yaml", 1, 1),
        content.place(f"{PARK}/facts.yaml", "levle"),
    }


def test_publishing_makes_a_release_live_and_faulty_content_leaves_it(content: Content, current: Path) -> None:
    result = portal("publish", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["release"] == current.resolve().name
    before = current.readlink()
    content.replace(f"{PARK}/facts.yaml", "level:", "levle:")
    result = portal("publish")
    assert result.exit_code == 1
    assert "nothing was published" in result.stderr
    assert current.readlink() == before


def test_translations(content: Content) -> None:
    content.replace(f"{STORY}/zh-Hans.md", "summary: 规划", "summary: 本规划")
    assert json.loads(portal("translations", "--json").stdout)["en"] == {"fresh": 29, "stale": 1}
    assert "en stale: stories/battery-headquarters" in portal("translations").stdout
    assert portal("translations", "--pin", "en").exit_code == 0
    assert json.loads(portal("translations", "--json").stdout)["en"] == {"fresh": 30}


def test_export_copies_the_live_release_without_its_source(content: Content, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert portal("export", str(target)).exit_code == 1
    assert portal("publish").exit_code == 0
    assert portal("export", str(target)).exit_code == 0
    assert (target / "en" / "index.html").is_file()
    assert (target / "sitemap.xml").is_file()
    assert not (target / "content").exists()
    assert portal("export", str(target)).exit_code == 2


def test_leads_are_counted_without_personal_data(content: Content) -> None:
    assert json.loads(portal("leads", "--json").stdout) == {
        "accepted": 0,
        "ready": 0,
        "leased": 0,
        "delivered": 0,
        "dead": 0,
        "erased": 0,
    }


def test_judged_queries_are_measured(content: Content, tmp_path: Path) -> None:
    queries = tmp_path / "queries.tsv"
    queries.write_text(
        "locale\tkind\tquery\tanswers\n"
        "en\tterm\tLiangjiang\tparks/liangjiang-new-area\n"
        "en\tterm\tLiangjiang\tstories/never-written\n"
        "en\tnone\txyzzy\t\n",
        "utf-8",
    )
    result = portal("bench", "search", "--quality", "--queries", str(queries), "--json")
    assert result.exit_code == 0
    found = {(row["by"], row["name"]): (row["hit@1"], row["queries"]) for row in json.loads(result.stdout)}
    assert found["kind", "term"] == (0.5, 2)
    assert found["kind", "none"] == (1.0, 1)

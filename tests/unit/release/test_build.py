"""Publishing: whole or not at all, one at a time, and nothing left lying about."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.catalog.faults import ContentError
from portal.catalog.loader import load
from portal.release import build
from portal.release.inspect import look
from portal.release.serve import open_release
from tests.support.content import BASE_URL, EVENT, GUIDE, PARK, PLAN, ROOT, SECTOR, STORY, Content, tiny


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def releases(var: Path) -> list[str]:
    return sorted(path.name for path in (var / "releases").iterdir() if path.is_dir())


def assert_whole(folder: Path) -> None:
    """Every file is what the manifest says, and pages and content are of one state."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["id"] == folder.name
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert load(folder / "content").hash == manifest["content"]
    assert set(open_release(folder).locales) == {path.name for path in (folder / "search").iterdir()}


# -- what a release holds --------------------------------------------------------------------------------------------


def test_a_release_is_whole_and_live(content: Content, var: Path) -> None:
    release = content.publish(var)
    assert (var / "current").resolve() == release
    assert not (var / "current").readlink().is_absolute()
    assert_whole(release)
    assert sorted(path.name for path in var.iterdir()) == ["current", "releases"]


def test_a_release_holds_every_page_in_every_language(content: Content, var: Path) -> None:
    release = content.publish(var)
    pages = {path.relative_to(release).as_posix() for path in release.glob("*/**/*.html")}
    pages = {page for page in pages if not page.startswith("content/")}
    english = {page.removeprefix("en/") for page in pages if page.startswith("en/")}
    assert {page.removeprefix("zh-Hans/") for page in pages if page.startswith("zh-Hans/")} == english
    for path in (
        "",
        *("sectors/", "opportunities/", "parks/", "policies/", "regions/", "events/", "plan/", "data/", "guides/"),
        *("stories/", "glossary/", "sources/", "sitemap/", "plan/foreword/", "plan/requirements/", "plan/priorities/"),
        *(f"{entry}/" for entry in (SECTOR, PARK, STORY, GUIDE)),
    ):
        assert f"{path}index.html" in english, path
    assert len(english) == json.loads((release / "manifest.json").read_text())["pages"] // 2


def test_chinese_shown_for_want_of_a_translation_is_labelled(content: Content, var: Path) -> None:
    content.remove(f"{STORY}/en.md")
    text = content.read(f"{PLAN}/en/3-priorities.md")
    content.write(f"{PLAN}/en/3-priorities.md", text[: text.index("<!-- 3.1.1#1 ")])
    release = content.publish(var)
    story = look((release / "en" / STORY / "index.html").read_text("utf-8"))
    assert "This page has not been translated yet; it is shown in Chinese." in story.text
    chapter = look((release / "en/plan/priorities/index.html").read_text("utf-8"))
    assert "Not translated yet: shown in Chinese" in chapter.text
    for page in (story, chapter):
        chinese = [(lang, words) for lang, words in page.spoken if any("\u4e00" <= char <= "\u9fff" for char in words)]
        assert chinese
        assert {lang for lang, _ in chinese} == {"zh-Hans"}
    assert "has not been translated" not in look((release / "en" / PARK / "index.html").read_text("utf-8")).text


def test_a_stale_translation_is_labelled(content: Content, var: Path) -> None:
    content.replace(f"{STORY}/zh-Hans.md", "summary: 规划", "summary: 本规划")
    release = content.publish(var)
    text = look((release / "en" / STORY / "index.html").read_text("utf-8")).text
    assert "has changed since it was translated" in text


def test_template_marks_and_raw_html_in_content_stay_words(content: Content, var: Path) -> None:
    planted = "{{ 7*7 }} <script>alert(1)</script> <b onclick=x>y</b>"
    content.replace(f"{STORY}/en.md", "A project the plan names as landed.", f"'{planted}'")
    content.append(f"{STORY}/en.md", f"\n{planted}\n")
    release = content.publish(var)
    for name in (f"en/{STORY}/index.html", "en/stories/index.html"):
        html = (release / name).read_text("utf-8")
        assert planted in look(html).text
        assert "<script>alert" not in html
        assert "<b onclick" not in html


def test_the_next_plan_has_pages_of_its_own(content: Content, var: Path) -> None:
    shutil.copytree(content.path(PLAN), content.path("plans/2026-2030"))
    content.replace("plans/2026-2030/plan.yaml", "slug: 2021-2025\ndefault: true", "slug: 2026-2030")
    content.replace("plans/2026-2030/zh-Hans/2-requirements.md", "推进差异化发展和产业协同发展。", "下一规划的文字。")
    content.replace("plans/2026-2030/zh-Hans/2-requirements.md", "第四节 空间布局", "第四节 新的布局")
    release = content.publish(var)
    page = look((release / "zh-Hans/plan/2026-2030-requirements/index.html").read_text("utf-8")).text
    assert "下一规划的文字。" in page
    assert "新的布局" in page
    assert "空间布局" not in page
    assert "智博会" not in page, "an entry that cites the default plan is shown as citing the next one"


# -- atomic ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["loading", "checks", "links"])
def test_faulty_content_changes_nothing(content: Content, var: Path, stage: str) -> None:
    content.publish(var)
    pointer, before = str((var / "current").readlink()), tree(var)
    if stage == "loading":
        content.replace(f"{PARK}/facts.yaml", "level:", "levle:")
    elif stage == "checks":
        content.replace(f"{STORY}/facts.yaml", "parks: [liang", "parks: [lian")
    else:
        content.append("guides/privacy/zh-Hans.md", "\n[x](park:liangjiang-new-area#nowhere)\n")
    with pytest.raises(ContentError):
        content.publish(var)
    assert str((var / "current").readlink()) == pointer
    assert tree(var) == before


def test_the_old_release_is_live_until_the_new_one_is_whole(content: Content, var: Path) -> None:
    first = content.publish(var)
    seen: set[str] = set()

    def progress(_: str, done: int, total: int) -> None:
        seen.add(str((var / "current").readlink()))
        assert open_release((var / "current").resolve()).id == first.name

    release, _ = build.publish(content.paths(var), base_url=BASE_URL, keep=3, progress=progress)
    assert seen == {f"releases/{first.name}"}
    assert str((var / "current").readlink()) == f"releases/{release}"


def test_content_that_changes_while_it_is_published_is_not_mixed(content: Content, var: Path) -> None:
    def progress(_: str, done: int, total: int) -> None:
        if done == 1:
            content.replace(f"{STORY}/en.md", "Battery headquarters", "Changed meanwhile")
        elif done == total:
            content.replace(f"{PARK}/facts.yaml", "level:", "levle:")

    release, _ = build.publish(content.paths(var), base_url=BASE_URL, keep=3, progress=progress)
    assert_whole(var / "releases" / release)


def test_a_file_that_cannot_be_copied_is_a_fault_and_no_crash(content: Content, var: Path) -> None:
    content.path("geo").mkdir()
    os.mkfifo(content.path("geo/pipe"))
    with pytest.raises(ContentError) as raised:
        content.publish(var)
    assert "content/geo/pipe" in {fault.path for fault in raised.value.faults}


# -- kept and removed ------------------------------------------------------------------------------------------------


def test_the_newest_releases_are_kept(content: Content, var: Path) -> None:
    made = [content.publish(var, keep=2).name for _ in range(3)]
    assert made == sorted(set(made))
    assert releases(var) == made[-2:]


def test_the_live_release_is_never_removed(var: Path) -> None:
    for name in "12345":
        (var / "releases" / name).mkdir(parents=True)
    (var / "releases" / ".building-6").mkdir()
    build.switch(var / "current", var / "releases" / "1")
    build.prune(var / "releases", var / "current", 3)
    assert releases(var) == [".building-6", "1", "3", "4", "5"]


def test_leftovers_of_a_killed_publish_are_removed(content: Content, var: Path) -> None:
    first = content.publish(var)
    leftover = var / "releases" / ".building-20200101T000000000000-dead"
    (leftover / "en").mkdir(parents=True)
    (leftover / "en" / "index.html").write_text("half")
    (var / ".current-99999").symlink_to(f"releases/{first.name}")
    content.publish(var)
    assert not leftover.exists()
    assert sorted(path.name for path in var.iterdir()) == ["current", "releases"]


def test_a_failed_publish_leaves_nothing_half_made(
    content: Content, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content.publish(var)
    before = tree(var)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build.indexing, "build_indexes", full)
    with pytest.raises(OSError, match="No space"):
        content.publish(var)
    assert tree(var) == before


def test_a_release_can_be_moved_with_its_folder(content: Content, var: Path, tmp_path: Path) -> None:
    release = content.publish(var)
    var.rename(tmp_path / "moved")
    assert (tmp_path / "moved" / "current").resolve().name == release.name


# -- several processes -----------------------------------------------------------------------------------------------


def test_two_publishes_at_once_do_not_mix(tmp_path: Path, var: Path) -> None:
    names = ("Alpha", "Omega")
    for name in names:
        content = tiny(tmp_path / name)
        content.replace("site.yaml", "en: Invest Trial", f"en: Invest {name}")
        content.replace("site.yaml", "zh-Hans: 投资试验", f"zh-Hans: 投资{name}")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "publish"],
            cwd=ROOT,
            env={**os.environ, "VAR": str(var), "CONTENT": str(tmp_path / name / "content"), "RELEASES_KEPT": "9"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for name in names * 2
    ]
    for process in running:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output.decode()
    assert len(releases(var)) == 4
    brands = []
    for name in releases(var):
        folder = var / "releases" / name
        assert_whole(folder)
        pages = [path.read_text("utf-8") for path in folder.glob("*/**/*.html") if path.parts[-2] != "content"]
        found = {brand for brand in names for page in pages if brand in page}
        assert len(found) == 1
        brands += found
    assert sorted(brands) == ["Alpha", "Alpha", "Omega", "Omega"]
    assert (var / "current").resolve().name == releases(var)[-1]


#: publishes and kills itself before the nth change to a file below `var`; with 0 it prints what it would change
PUBLISH_AND_DIE = """
import json, os, signal, sys
from pathlib import Path
from portal.release.build import Paths, publish

content, templates, messages, static, var = map(Path, sys.argv[1:6])
fatal, seen = int(sys.argv[6]), []

def look(event, args):
    if event not in ("open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir"):
        return
    if event == "open" and (not isinstance(args[1], str) or args[1].startswith("r")):
        return
    if str(args[0]).startswith(str(var)) or (event == "os.symlink" and str(args[1]).startswith(str(var))):
        seen.append(event)
        if len(seen) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
paths = Paths(content, templates, messages, static, var / "releases", var / "current")
publish(paths, base_url="https://invest.example", keep=2)
print(json.dumps(seen))
"""


def publish_and_die(content: Content, var: Path, fatal: int) -> "subprocess.CompletedProcess[str]":
    paths = content.paths(var)
    return subprocess.run(
        [sys.executable, "-c", PUBLISH_AND_DIE]
        + [str(path) for path in (paths.content, paths.templates, paths.messages, paths.static, var)]
        + [str(fatal)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.crash
def test_a_publish_killed_at_any_moment_leaves_a_whole_release_live(content: Content, var: Path) -> None:
    for _ in range(3):
        content.publish(var, keep=9)
    whole = publish_and_die(content, var, 0)
    assert whole.returncode == 0, whole.stderr
    changes: list[str] = json.loads(whole.stdout)
    switching = changes.index("os.symlink") + 1
    renames = [number for number, event in enumerate(changes, start=1) if event == "os.rename"]
    moments = {1, 2, *(len(changes) * part // 6 for part in range(1, 6)), *renames[-2:], switching, switching + 1}
    moments |= {switching + 2, switching + 20, len(changes) - 1, len(changes)}
    for turn, moment in enumerate(sorted(number for number in moments if 0 < number <= len(changes))):
        content.write(
            f"{EVENT}/facts.yaml", content.read(f"{EVENT}/facts.yaml").replace(f"'{2018 + turn}'", f"'{2019 + turn}'")
        )
        before = (var / "current").resolve()
        killed = publish_and_die(content, var, moment)
        assert killed.returncode == -signal.SIGKILL, f"moment {moment} of {len(changes)}: {killed.stderr}"
        live = (var / "current").resolve()
        assert live == before or live.name > before.name
        assert_whole(live)
    last = content.publish(var, keep=2)
    assert_whole(last)
    assert sorted(path.name for path in (var / "releases").glob(".building-*")) == []
    assert len(releases(var)) == 2

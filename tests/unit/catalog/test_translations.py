"""Fresh, stale, missing: decided by hash; and the tool that pins."""

from collections import Counter

from portal.catalog import translations
from tests.support.content import PLAN, STORY, Content

UNITS = 14 + 16  # entries and pieces of the plan


def state(content: Content, unit: str, locale: str = "en") -> str:
    return {status.unit: status.state for status in translations.statuses(content.load(), locale)}[unit]


def test_everything_is_fresh_at_first(content: Content) -> None:
    assert translations.summary(content.load()) == {"zh-Hans": Counter(source=UNITS), "en": Counter(fresh=UNITS)}


def test_a_changed_source_makes_its_translation_stale(content: Content) -> None:
    content.replace(f"{STORY}/zh-Hans.md", "summary: 规划所列", "summary: 规划列出的")
    content.replace(f"{PLAN}/zh-Hans/0-foreword.md", "的通知", "的 通知")
    assert state(content, "stories/battery-headquarters") == "stale"
    assert state(content, "2021-2025:0~1") == "stale"
    assert translations.summary(content.load())["en"] == Counter(fresh=UNITS - 2, stale=2)


def test_touching_a_file_changes_nothing(content: Content) -> None:
    content.path(f"{STORY}/zh-Hans.md").touch()
    assert state(content, "stories/battery-headquarters") == "fresh"


def test_a_translation_without_a_pin_is_stale(content: Content) -> None:
    lines = [line for line in content.read(f"{STORY}/en.md").split("\n") if not line.startswith("source: ")]
    content.write(f"{STORY}/en.md", "\n".join(lines))
    assert state(content, "stories/battery-headquarters") == "stale"


def test_a_missing_translation_shows_the_chinese(content: Content) -> None:
    content.remove(f"{STORY}/en.md")
    content.remove(f"{PLAN}/en/0-foreword.md")
    assert translations.summary(content.load())["en"] == Counter(fresh=UNITS - 2, missing=2)
    entry = content.load().entries["stories"]["battery-headquarters"]
    assert entry.prose("en").title == "电池总部"
    assert entry.text_locale("en") == "zh-Hans"
    assert entry.text_locale("zh-Hans") == "zh-Hans"


def test_pinning_makes_fresh_and_touches_nothing_else(content: Content) -> None:
    content.replace(f"{STORY}/zh-Hans.md", "summary: 规划所列", "summary: 规划列出的")
    content.replace(f"{PLAN}/zh-Hans/0-foreword.md", "的通知", "的 通知")
    before = {path: path.read_bytes() for path in content.folder.rglob("*") if path.is_file()}
    assert translations.pin(content.folder, content.load(), "en") == 2
    changed = {path.relative_to(content.folder).as_posix() for path, old in before.items() if path.read_bytes() != old}
    assert changed == {f"{STORY}/en.md", f"{PLAN}/en/0-foreword.md"}
    assert translations.summary(content.load())["en"] == Counter(fresh=UNITS)
    assert content.check() == []
    assert translations.pin(content.folder, content.load(), "en") == 0


def test_pinning_keeps_the_words(content: Content) -> None:
    name = f"{STORY}/en.md"
    content.write(
        name, content.read(name).replace("source: '", "source: '00000000' # '") + "\nsource: in the body\n\n---\n"
    )
    prose = content.load().entries["stories"]["battery-headquarters"].words["en"]
    assert translations.pin(content.folder, content.load(), "en") == 1
    again = content.load().entries["stories"]["battery-headquarters"].words["en"]
    assert again.body == prose.body == "source: in the body\n\n---"
    assert (again.prose.title, again.prose.summary) == (prose.prose.title, prose.prose.summary)
    assert state(content, "stories/battery-headquarters") == "fresh"


def test_the_source_is_never_pinned(content: Content) -> None:
    content.replace(f"{STORY}/zh-Hans.md", "summary: 规划所列", "summary: 规划列出的")
    assert translations.pin(content.folder, content.load(), "zh-Hans") == 0

from pathlib import Path

from portal.catalog.loader import load
from portal.web.live import privacy_notice
from tests.support.content import tiny


def test_the_notice_that_is_stored_is_the_one_that_is_published(tmp_path: Path) -> None:
    content = tiny(tmp_path)
    first = {tag: privacy_notice(load(content.folder), tag) for tag in ("zh-Hans", "en")}
    assert first["zh-Hans"].version == first["en"].version != ""
    assert first["zh-Hans"].text != first["en"].text
    assert all(len(notice.text) == 64 for notice in first.values())
    content.append("guides/privacy/en.md", "\nOne more sentence.\n")
    assert privacy_notice(load(content.folder), "en").text != first["en"].text
    assert privacy_notice(load(content.folder), "zh-Hans") == first["zh-Hans"]

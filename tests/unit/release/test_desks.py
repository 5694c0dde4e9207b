"""Desks for the inbox: from the live release, and from the kept copy when nothing better can be read."""

from pathlib import Path

import pytest

from portal.release.build import publish
from portal.release.desks import DeskSource
from tests.support.content import BASE_URL, Content
from tests.unit.catalog.test_desks import DESKS


@pytest.fixture
def source(content: Content, tmp_path: Path) -> DeskSource:
    content.write("desks.yaml", DESKS)
    return DeskSource(tmp_path / "var" / "current", content.folder, tmp_path / "var" / "inbox" / "desks.json")


def test_a_published_change_is_followed_and_broken_content_takes_nothing_away(
    source: DeskSource, content: Content, tmp_path: Path
) -> None:
    paths = content.paths(tmp_path / "var")
    publish(paths, base_url=BASE_URL, keep=3)
    assert set(source.get()["desks"]) == {"general", "chips"}
    content.append("desks.yaml", "  - broken")
    assert set(source.get()["desks"]) == {"general", "chips"}
    content.write("desks.yaml", DESKS.replace("chips", "silicon"))
    assert set(source.get()["desks"]) == {"general", "chips"}, "an edit counts from the next release on"
    publish(paths, base_url=BASE_URL, keep=3)
    assert set(source.get()["desks"]) == {"general", "silicon"}


def test_without_a_release_the_content_is_read_and_then_the_kept_copy(
    source: DeskSource, content: Content, tmp_path: Path
) -> None:
    assert set(source.get()["desks"]) == {"general", "chips"}
    content.write("desks.yaml", "rubbish: [")
    again = DeskSource(tmp_path / "var" / "current", content.folder, tmp_path / "var" / "inbox" / "desks.json")
    assert again.get() == source.get()
    assert set(again.get()["desks"]) == {"general", "chips"}


def test_with_nothing_to_read_there_are_no_desks(tmp_path: Path) -> None:
    nothing = DeskSource(tmp_path / "current", tmp_path / "content", tmp_path / "desks.json")
    assert nothing.get() == {}

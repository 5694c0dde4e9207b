"""The shelf: what is put is found, what is damaged is not, what is old goes."""

import os
from pathlib import Path

import pytest

from portal.release.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "paper", room=1000)


def test_what_is_put_is_found_under_its_release_and_key_only(shelf: Shelf) -> None:
    shelf.put("r1", "en/a.pdf", b"body")
    assert shelf.find("r1", "en/a.pdf") == b"body"
    assert shelf.find("r1", "en/b.pdf") is None
    assert shelf.find("r2", "en/a.pdf") is None


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 32, b"\0" * 40])
def test_a_damaged_file_is_not_found(shelf: Shelf, damage: bytes) -> None:
    shelf.put("r1", "a", b"body")
    shelf.path("r1", "a").write_bytes(damage)
    assert shelf.find("r1", "a") is None


def test_a_cut_file_is_not_found(shelf: Shelf) -> None:
    shelf.put("r1", "a", b"a longer body")
    path = shelf.path("r1", "a")
    path.write_bytes(path.read_bytes()[:-1])
    assert shelf.find("r1", "a") is None


def test_a_new_release_clears_the_old_one(shelf: Shelf) -> None:
    shelf.put("r1", "a", b"old")
    shelf.put("r2", "a", b"new")
    assert shelf.find("r2", "a") == b"new"
    assert not shelf.path("r1", "a").parent.exists()


def test_what_was_not_asked_for_longest_makes_room(shelf: Shelf) -> None:
    for place, key in enumerate("abc"):
        shelf.put("r1", key, b"x" * 250)
        os.utime(shelf.path("r1", key), (1000 + place, 1000 + place))
    assert shelf.find("r1", "a") is not None  # asked for: now the newest
    shelf.put("r1", "d", b"x" * 250)
    assert [key for key in "abcd" if shelf.find("r1", key)] == ["a", "c", "d"]

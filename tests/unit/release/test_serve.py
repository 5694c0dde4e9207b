"""A release in memory, and the watch on the pointer: a damaged new release is refused, the last good one stays."""

import gzip
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.release import serve
from portal.release.build import switch
from portal.release.serve import Live, Release, ReleaseError, open_release


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_LOOK_EVERY", 0.0)


@pytest.fixture
def copies(tiny_release: Path, tmp_path: Path) -> list[Path]:
    return [Path(shutil.copytree(tiny_release, tmp_path / "releases" / name)) for name in ("1", "2")]


@pytest.fixture
def pointer(copies: list[Path], tmp_path: Path) -> Path:
    switch(tmp_path / "current", copies[0])
    return tmp_path / "current"


def damage(folder: Path, how: str) -> None:
    manifest = folder / "manifest.json"
    if how == "file missing":
        (folder / "en" / "parks" / "index.html").unlink()
    elif how == "file cut short":
        path = folder / "en" / "parks" / "index.html"
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "compressed file cut short":
        path = folder / "en" / "parks" / "index.html.gz"
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "manifest missing":
        manifest.unlink()
    elif how == "manifest cut short":
        manifest.write_bytes(manifest.read_bytes()[:-100])
    elif how == "manifest without files":
        manifest.write_text(json.dumps({"id": "x"}))
    elif how == "manifest a list":
        manifest.write_text("[]")
    else:
        shutil.rmtree(folder)


DAMAGES = [
    "file missing",
    "file cut short",
    "compressed file cut short",
    "manifest missing",
    "manifest cut short",
    "manifest without files",
    "manifest a list",
    "folder missing",
]


def test_every_file_of_the_manifest_has_an_address(tiny_release: Path) -> None:
    release = open_release(tiny_release)
    manifest = json.loads((tiny_release / "manifest.json").read_text())
    assert len(release.bodies) == len(manifest["files"])
    assert {"/en/", "/zh-Hans/plan/priorities/", "/sitemap.xml", "/data/en/parks.csv", "/en/404.html"} <= set(
        release.bodies
    )
    assert not any(address.endswith("index.html") for address in release.bodies)
    assert (release.locales, release.default_locale) == (("zh-Hans", "en"), "zh-Hans")


def test_bodies_types_and_compression(tiny_release: Path) -> None:
    release = open_release(tiny_release)
    for address, body in release.bodies.items():
        assert body.etag == f'"{body.etag[1:-1]}"'
        assert body.type != "application/octet-stream", address
        if body.gzipped is not None:
            assert gzip.decompress(body.gzipped) == body.plain
    assert release.bodies["/en/"].type == "text/html; charset=utf-8"
    assert release.bodies["/en/feed.atom"].type == "application/atom+xml"
    assert release.bodies["/data/en/districts.geojson"].type == "application/geo+json"
    assert len({body.etag for body in release.bodies.values()}) == len({body.plain for body in release.bodies.values()})


def test_only_hashed_names_are_kept_for_ever(tiny_release: Path) -> None:
    release = open_release(tiny_release)
    style = release.bodies[f"/static/{release.assets['css/site.css']}"]
    assert "immutable" in style.cache
    assert {body.cache for address, body in release.bodies.items() if not address.startswith("/static/")} == {
        "no-cache"
    }


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_release_is_not_opened(copies: list[Path], how: str) -> None:
    damage(copies[0], how)
    with pytest.raises(ReleaseError, match="cannot be read"):
        open_release(copies[0])


@pytest.mark.parametrize("how", DAMAGES)
def test_the_last_good_release_stays(copies: list[Path], pointer: Path, how: str) -> None:
    live = Live(pointer, lambda release: release.folder.name)
    assert live.get()[1] == "1"
    damage(copies[1], how)
    switch(pointer, copies[1])
    for _ in range(2):
        release, made = live.get()
        assert (release.folder.name, made) == ("1", "1")


def test_the_pointer_is_followed(copies: list[Path], pointer: Path) -> None:
    made: list[str] = []

    def make(release: Release) -> str:
        made.append(release.folder.name)
        return release.folder.name

    live = Live(pointer, make)
    assert [live.get()[1], live.get()[1]] == ["1", "1"]
    switch(pointer, copies[1])
    assert [live.get()[1], live.get()[1]] == ["2", "2"]
    assert made == ["1", "2"]


def test_a_good_release_after_a_damaged_one_is_taken(copies: list[Path], pointer: Path, tmp_path: Path) -> None:
    live = Live(pointer, lambda release: release.folder.name)
    live.get()
    damage(copies[1], "file missing")
    switch(pointer, copies[1])
    live.get()
    third = shutil.copytree(copies[0], tmp_path / "releases" / "3")
    switch(pointer, Path(third))
    assert live.get()[1] == "3"


def test_a_release_that_nothing_can_be_made_from_is_refused(copies: list[Path], pointer: Path) -> None:
    def make(release: Release) -> str:
        if release.folder.name == "2":
            raise ValueError
        return release.folder.name

    live = Live(pointer, make)
    live.get()
    switch(pointer, copies[1])
    assert live.get()[1] == "1"


def test_the_last_good_release_survives_the_loss_of_its_folder(copies: list[Path], pointer: Path) -> None:
    live = Live(pointer, lambda release: release.folder.name)
    live.get()
    shutil.rmtree(copies[0])
    assert live.get()[0].bodies["/en/"].plain


def test_without_any_release_there_is_an_error(tmp_path: Path) -> None:
    live = Live(tmp_path / "current", lambda release: release)
    with pytest.raises(ReleaseError):
        live.get()


def test_the_first_release_appears_without_a_restart(copies: list[Path], tmp_path: Path) -> None:
    pointer = tmp_path / "later"
    live = Live(pointer, lambda release: release.folder.name)
    with pytest.raises(ReleaseError):
        live.get()
    switch(pointer, copies[0])
    assert live.get()[1] == "1"


def test_what_is_made_belongs_to_its_release(copies: list[Path], pointer: Path) -> None:
    live = Live(pointer, lambda release: release.folder.name)

    def ask(turn: int) -> bool:
        if turn % 10 == 0:
            switch(pointer, copies[turn // 10 % 2])
        release, made = live.get()
        return release.folder.name == made

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(4) as many:
        switching = [one.submit(ask, turn) for turn in range(0, 100, 10)]
        asking = [many.submit(ask, 1) for _ in range(200)]
        assert all(future.result() for future in [*switching, *asking])

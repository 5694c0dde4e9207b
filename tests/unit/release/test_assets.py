"""Static files under names that hold their hash."""

from pathlib import Path

import pytest

from portal.release.assets import collect


def test_names_hold_the_hash_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "site.css").write_bytes(b"a{}")
    first = collect(tmp_path)
    name = first.names["css/site.css"]
    assert first.url("css/site.css") == f"/static/{name}"
    assert name.startswith("css/site.")
    assert name.endswith(".css")
    assert first.files == {name: b"a{}"}
    assert collect(tmp_path).names == first.names
    (tmp_path / "css" / "site.css").write_bytes(b"b{}")
    assert collect(tmp_path).names["css/site.css"] != name


def test_an_unknown_asset_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        collect(tmp_path).url("css/nowhere.css")


def test_hidden_files_stay_out(tmp_path: Path) -> None:
    (tmp_path / ".secret").write_bytes(b"x")
    assert collect(tmp_path).files == {}


@pytest.mark.parametrize("name", ["LICENSE", "vendor/tokens-1.7/LICENSE", "a.b/c"])
def test_a_file_without_a_suffix_keeps_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    published = collect(tmp_path).names[name]
    assert Path(published).parent == Path(name).parent
    assert Path(published).name.startswith(Path(name).name)

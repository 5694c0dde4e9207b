import threading
from pathlib import Path

import pytest

from search import Engine, IndexDamagedError, build_index, columns, open_engine
from search.columns import COLUMNS, NAMES, ROWS, TEXTS
from tests.unit.search.conftest import DOCUMENTS, LIFTS, SEMICONDUCTORS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build_index(DOCUMENTS, tmp_path / "en", "en")
    return tmp_path / "en"


def test_new_index_takes_the_place_of_the_old(folder: Path) -> None:
    assert build_index([LIFTS], folder, "en") == 1
    engine = open_engine(folder)
    assert (engine.locale, engine.search("semiconductors").total, engine.search("lifts").total) == ("en", 0, 1)
    engine.close()
    assert [path.name for path in folder.parent.iterdir()] == ["en"]


@pytest.mark.parametrize("broken", ["search.columns.write", "whoosh.writing.SegmentWriter.commit"])
def test_failed_build_leaves_the_old_index(folder: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(broken, fail)
    with pytest.raises(OSError, match="no space left"):
        build_index([LIFTS], folder, "en")
    monkeypatch.undo()
    assert [path.name for path in folder.parent.iterdir()] == ["en"]
    engine = open_engine(folder)
    assert engine.search("semiconductors").total == 3
    engine.close()
    assert build_index([LIFTS], folder, "en") == 1


def test_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        open_engine(tmp_path / "none")


@pytest.mark.parametrize("name", [COLUMNS, NAMES, ROWS, TEXTS, "*.toc", "*.seg"])
@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_truncated_index_is_told(folder: Path, name: str, kept: float) -> None:
    (path,) = folder.glob(name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(IndexDamagedError):
        open_engine(folder)


def test_index_of_another_format_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FORMAT", columns.FORMAT + 1)
    with pytest.raises(IndexDamagedError, match="format"):
        open_engine(folder)


def test_columns_of_another_index_are_told(folder: Path, tmp_path: Path) -> None:
    build_index([SEMICONDUCTORS], tmp_path / "other", "en")
    for name in (COLUMNS, NAMES, ROWS, TEXTS):
        (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        open_engine(folder)


def test_threads_get_the_same_answers(english: Engine, folder: Path) -> None:
    engine = open_engine(folder)
    texts = ["semiconductors", "lifts", "chip design", "contracted investment", "Liangjiang", "半导体", "5G"] * 8
    expected = [[hit.id for hit in english.search(text).hits] for text in texts]
    found: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        found[number] = [hit.id for hit in engine.search(texts[number]).hits]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.close()
    assert [found[number] for number in range(len(texts))] == expected

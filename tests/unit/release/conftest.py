"""A content folder per test; one published release of it per worker, never changed."""

from pathlib import Path

import pytest

from tests.support.content import Content, tiny


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return tiny(tmp_path)


@pytest.fixture(scope="session")
def tiny_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a release of the tiny content; to be read or copied only."""
    folder = tmp_path_factory.mktemp("tiny")
    return tiny(folder).publish(folder / "var")

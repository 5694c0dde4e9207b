"""A content folder of its own for every test."""

from pathlib import Path

import pytest

from tests.support.content import Content, tiny


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return tiny(tmp_path)

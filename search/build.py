"""Documents -> an immutable index folder. It is written beside its place and put there whole."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from whoosh import fields, index

from search import columns
from search.analysis import Analyzer, analyzer
from search.document import FIELDS, Document
from search.folding import tidy

#: the name of the stored field that leads from the index to the columns
NUMBER = "number"


def build_index(documents: Iterable[Document], folder: Path, locale: str) -> int:
    """Write the index of a locale to `folder`, in place of what is there; gives the number of documents.

    Nothing is left behind and the old folder stays when anything fails.
    """
    listed = list(documents)
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        words = analyzer(locale)
        _write_index(listed, building, words)
        columns.write(listed, building, locale, words)
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return len(listed)


def _schema() -> fields.Schema:
    # Tokens are made by our own analysis and handed over as lists; no positions, for phrases are found in the columns.
    searchable = {name: fields.TEXT(phrase=False, stored=False) for name in FIELDS}
    return fields.Schema(**{NUMBER: fields.STORED}, **searchable)


def _write_index(documents: list[Document], folder: Path, words: Analyzer) -> None:
    target = index.create_in(str(folder), _schema())
    writer = target.writer(procs=1)
    try:
        for number, document in enumerate(documents):
            writer.add_document(**{NUMBER: number}, **_tokens(document, words))
        writer.commit(optimize=True)
    except BaseException:
        # Whoosh keeps its lock when a commit fails, and a failed writer may fail again when told to stop.
        with contextlib.suppress(Exception):
            writer.cancel()
        raise
    finally:
        target.close()
    (folder / "MAIN_WRITELOCK").unlink(missing_ok=True)


def _tokens(document: Document, words: Analyzer) -> dict[str, list[str]]:
    return {
        name: [token.text for text in document.texts(name) for token in words.tokens(tidy(text))] for name in FIELDS
    }

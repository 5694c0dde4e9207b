"""Documents -> an immutable index folder. It is written beside its place and put there whole."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from search import columns
from search.analysis import Analyzer, analyzer
from search.backend import Posting, backend
from search.chinese import romanised, segmenter_words
from search.document import FIELDS, NAMING, Document
from search.folding import level, tidy
from search.stems import compound_vocabulary

#: A romanised name is a word like any other of the synonyms.
_ROMANISED = FIELDS["synonyms"]


def build_index(documents: Iterable[Document], folder: Path, locale: str, engine: str = "whoosh") -> int:
    """Write the index of a locale to `folder`, in place of what is there; gives the number of documents.

    Nothing is left behind and the old folder stays when anything fails. Raises `EngineMissingError` for an engine
    that is not installed.
    """
    write = backend(engine).write
    listed = list(documents)
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        chinese, german = _chinese(listed), _german(listed, locale)
        words = analyzer(locale, chinese, german)
        lengths: list[int] = []
        write(_postings(listed, words, lengths), building)
        columns.write(listed, building, words, chinese, german, lengths, engine)
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return len(listed)


def _chinese(documents: list[Document]) -> frozenset[str]:
    """Titles, labels and synonyms: what the segmenter should not cut."""
    return segmenter_words(text for document in documents for name in NAMING for text, _ in document.texts(name))


def _german(documents: list[Document], locale: str) -> frozenset[str]:
    """The words that German compounds are taken apart into."""
    plain = analyzer(locale)
    names = NAMING if locale != "de" else FIELDS
    return compound_vocabulary(
        word
        for document in documents
        for name in names
        for text, tag in document.texts(name)
        if (tag or locale) == "de"
        for word in plain.surfaces(text)
    )


def _postings(documents: list[Document], words: Analyzer, lengths: list[int]) -> Iterator[Posting]:
    for document in documents:
        found = _posting(document, words)
        lengths.append(sum(found.tokens.values()))
        yield found


def _posting(document: Document, words: Analyzer) -> Posting:
    tokens: Counter[str] = Counter()
    named: set[str] = set()
    for name, weight in FIELDS.items():
        for text, tag in document.texts(name):
            found = Counter(words.index_texts(tidy(text), tag))
            for token, count in found.items():
                tokens[token] += weight * count
            if name in NAMING:
                named.update(found)
    letters = set(_letters(document, words.locale))
    tokens.update(dict.fromkeys(letters, _ROMANISED))
    return Posting(dict(tokens), named | letters, columns.names(document, words), document.facets())


def _letters(document: Document, locale: str) -> Iterator[str]:
    """Chinese names in pinyin: whole everywhere, initials of titles only."""
    for name in NAMING:
        for text, tag in document.texts(name):
            if (tag or locale) == "zh-Hans" or (not tag and level(text) != text.lower()):
                whole = list(romanised(text))
                yield from whole if name == "title" or text in document.names else (w for w in whole if len(w) > 5)

"""Documents -> an immutable index folder. It is written beside its place and put there whole."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from search import columns
from search.analysis import Analyzer, analyzer
from search.backend import Posting, backend
from search.chinese import romanised, segmenter_words
from search.document import FIELDS, NAMING, Document
from search.folding import level, tidy
from search.stems import compound_vocabulary

#: A romanised name is a word like any other of the synonyms.
_ROMANISED = FIELDS["synonyms"]


class Dictionary(NamedTuple):
    """Words the analysis has to know: what the Chinese segmenter does not cut, what German compounds are made of."""

    chinese: frozenset[str] = frozenset()
    german: frozenset[str] = frozenset()


def dictionary(documents: Iterable[Document], locale: str) -> Dictionary:
    """The words of some documents. Locales that share one share the analysis of their names in other languages."""
    listed = list(documents)
    named = [word for document in listed for name in NAMING for word in document.texts(name)]
    german = [word for word in named if (word.locale or locale) == "de"]
    if locale == "de":
        german += [word for document in listed for name in ("summary", "body") for word in document.texts(name)]
    surfaces = analyzer(locale).surfaces
    return Dictionary(
        segmenter_words(word.text for word in named),
        compound_vocabulary(surface for word in german for surface in surfaces(word.text)),
    )


def build_index(
    documents: Iterable[Document],
    folder: Path,
    locale: str,
    engine: str = "whoosh",
    words: Dictionary | None = None,
) -> int:
    """Write the index of a locale to `folder`, in place of what is there; gives the number of documents.

    `words` is the dictionary, that of the documents when it is left out. Nothing is left behind and the old folder stays when anything fails. Raises `EngineMissingError` for an engine
    that is not installed.
    """
    write = backend(engine).write
    listed = list(documents)
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        known = words or dictionary(listed, locale)
        analysis = analyzer(locale, known.chinese, known.german)
        lengths: list[int] = []
        write(_postings(listed, analysis, lengths), building)
        columns.write(listed, building, analysis, known.chinese, known.german, lengths, engine)
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return len(listed)


def _postings(documents: list[Document], words: Analyzer, lengths: list[int]) -> Iterator[Posting]:
    for document in documents:
        found = _posting(document, words)
        lengths.append(sum(found.tokens.values()))
        yield found


def _posting(document: Document, words: Analyzer) -> Posting:
    tokens: dict[str, int] = defaultdict(int)
    named: set[str] = set()
    for name, weight in FIELDS.items():
        for text, tag in document.texts(name):
            found = words.index_texts(tidy(text), tag)
            for token in found:
                tokens[token] += weight
            if name in NAMING:
                named.update(found)
    letters = set(_letters(document, words.locale))
    for word in letters:
        tokens[word] += _ROMANISED
    return Posting(dict(tokens), named | letters, columns.names(document, words), document.facets())


def _letters(document: Document, locale: str) -> Iterator[str]:
    """Chinese names in pinyin: whole everywhere, initials of titles only."""
    for name in NAMING:
        for text, tag in document.texts(name):
            if (tag or locale) == "zh-Hans" or (not tag and level(text) != text.lower()):
                whole = romanised(text)
                yield from whole if name == "title" or text in document.names else (w for w in whole if len(w) > 5)

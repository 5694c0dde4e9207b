"""What an engine's own score does not know: names that equal the query, phrases, all words in one field."""

from __future__ import annotations

from collections.abc import Iterable

from search.analysis import unspaced
from search.columns import Column
from search.query import Query
from search.tokens import Term

#: Gains are added to 1 and multiply the score of the words. A page whose name is the query leads by far; a term of
#: the page that is the query comes before a page that only mentions it.
SAME_TITLE, SAME_NAME, SAME_LABEL, SAME_SYNONYM = 3.0, 1.8, 1.6, 1.4
PHRASE_IN_NAME, PHRASE_IN_LABEL, PHRASE_IN_SYNONYM = 1.2, 0.7, 0.3
ALL_IN_NAME, ALL_IN_NAMES_AND_LABELS = 0.8, 0.4


def gain(query: Query, column: Column) -> float:
    """The factor for one document."""
    key = query.key
    if not key.strip():
        return 1.0
    best = 0.0
    names = (*column.title_keys, *column.name_keys)
    if key in column.title_keys:
        best = SAME_TITLE
    elif key in column.name_keys:
        best = SAME_NAME
    elif shares := [len(key) / len(name) for name in names if key in name]:
        # The more of the name the query covers, the more surely it is meant: 外商投资法 before its implementing rules.
        best = PHRASE_IN_NAME * (0.5 + max(shares))
    if best < SAME_LABEL and key in column.label_keys:
        best = SAME_LABEL
    if best < SAME_SYNONYM and key in column.synonym_keys:
        best = SAME_SYNONYM
    if best < PHRASE_IN_LABEL and _inside(key, column.label_keys):
        best = PHRASE_IN_LABEL
    if best < PHRASE_IN_SYNONYM and _inside(key, column.synonym_keys):
        best = PHRASE_IN_SYNONYM
    if len(query.wanted) > 1:
        if any(_holds_all(name, query.wanted) for name in names):
            best += ALL_IN_NAME
        elif _holds_all("\n".join((*names, *column.label_keys)), query.wanted):
            best += ALL_IN_NAMES_AND_LABELS
    return 1.0 + best


def _inside(key: str, names: tuple[str, ...]) -> bool:
    return any(key in name for name in names)


def _holds_all(text: str, terms: tuple[Term, ...]) -> bool:
    return all(holds(text, term.tokens) for term in terms)


def holds(key: str, tokens: Iterable[str]) -> bool:
    """Whether a key made by `Analyzer.key` has all tokens: it puts blanks around what is not Chinese, kana or hangul."""
    return all((token if unspaced(token) else f" {token} ") in key for token in tokens)

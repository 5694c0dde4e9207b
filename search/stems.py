"""Words in letters -> what they are found by: their stems in the languages they may be of."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

from search.folding import level
from search.languages import GERMAN_HEADS, KEPT, LATIN, SPELLINGS, STEMMERS

#: Longer words are codes; they are left as they are.
_LONGEST = 40
_ISE = re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$")
_DIGRAPH = re.compile(r"([aou])e")
_ARTICLE = re.compile("^(?:[وف]?(?:ال|بال|كال|لل)|و(?=ال))(?=.{3})")
#: what German puts between the parts of a compound
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_SHORTEST_PART = 4
_RUSSIAN_ENDINGS, _SHORTEST_ROOT = "аеиоуыэюяйь", 4
#: A stem of so few letters is no word's but its own.
_SHORTEST_STEM = 3
_STEMMER_LOCK = threading.Lock()  # snowball stemmers keep the word they work on in themselves


@lru_cache(maxsize=64)
def _stemmer(algorithm: str) -> snowballstemmer.stemmer:
    found = snowballstemmer.stemmer(algorithm)
    # PyStemmer keeps words of its own in lists, ten thousand a language, which the collector goes through while an
    # answer waits; `stem` keeps them already.
    found.maxCacheSize = 0
    return found


@lru_cache(maxsize=1 << 17)
def stem(locale: str, word: str) -> str:
    """The levelled stem of a casefolded word in a language."""
    if locale == "en":
        word = _ISE.sub(r"iz\1", SPELLINGS.get(word, word))
    if kept := KEPT.get(locale, {}).get(word):
        return level(kept)
    with _STEMMER_LOCK:
        found = level(str(_stemmer(STEMMERS[locale]).stemWord(word)))
    # So short a rest is mostly another word: Leder is no LED.
    short = len(found) < _SHORTEST_STEM and not word.endswith("s")  # a tie is no TI, but PCs are PCs
    cut = len(found) <= _SHORTEST_STEM and len(word) - len(found) > 1
    return level(word) if short or cut else found


@lru_cache(maxsize=1 << 14)
def script(word: str) -> str:
    """LATIN, CYRILLIC, ARABIC, GREEK, HANGUL, HIRAGANA …: the script of a word's first letter."""
    return unicodedata.name(word[0], "").partition(" ")[0] if word else ""


@lru_cache(maxsize=1 << 16)
def forms(word: str, locales: tuple[str, ...]) -> tuple[str, ...]:
    """What a casefolded word is indexed as in each of some languages, the first the most likely."""
    plain = level(word)
    # Vowel marks are no letters: it is the levelled word that counts.
    if not plain.isalpha() or len(plain) > _LONGEST:
        return (plain,)
    found: list[str] = []
    kind = script(word)
    if kind == "LATIN":
        for locale in locales:
            # Readers leave accents out; some stems need them: both are kept.
            found += [stem(locale, word), stem(locale, plain)]
    elif kind == "CYRILLIC":
        # Some cases of a noun end up in two stems: батарея, батареи.
        root = plain.rstrip(_RUSSIAN_ENDINGS)
        found += [stem("ru", plain), *([root] if len(root) >= _SHORTEST_ROOT else [])]
    elif kind == "ARABIC":
        bare = _ARTICLE.sub("", plain)
        found += [stem("ar", plain), stem("ar", bare), bare]
    return tuple(dict.fromkeys(form for form in found if form)) or (plain,)


def index_forms(word: str, locale: str) -> tuple[str, ...]:
    """What a word of a text in a language is indexed as. Latin words in other scripts' texts are taken as English."""
    return forms(word, (locale if locale in LATIN else "en",))


def query_forms(word: str, locale: str) -> tuple[str, ...]:
    """What a word of a query is looked for as: it may be of any language."""
    own = locale if locale in LATIN else "en"
    locales = (own, *(tag for tag in LATIN if tag != own))
    plain = level(word)
    found = [*forms(word, locales), plain]
    if word.isalpha() and script(word) == "LATIN" and (without := _DIGRAPH.sub(r"\1", plain)) != plain:
        # Aufzuege for Aufzüge, but also value: the word itself comes first.
        found += [stem("de", without), without]
    return tuple(dict.fromkeys(found))


def compound(word: str, vocabulary: frozenset[str]) -> tuple[str, str] | None:
    """The two German words a levelled compound is made of, the longest second one; None when it is none."""
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        before, second = word[:cut], word[cut:]
        firsts = (before.removesuffix(link) for link in _LINKS if before.endswith(link))
        first = next((part for part in firsts if len(part) >= _SHORTEST_PART and part in vocabulary), None)
        # Stems take the most time and are asked for last.
        if first and (second in vocabulary or stem("de", second) in vocabulary):
            return first, second
    return None


def headless(word: str, vocabulary: frozenset[str]) -> str | None:
    """What a levelled German compound is about when it ends in a maker, a factory or a branch; None when in none."""
    for head in GERMAN_HEADS:
        if not word.endswith(head):
            continue
        first = word.removesuffix(head)
        for link in _LINKS:
            bare = first.removesuffix(link)
            if first.endswith(link) and len(bare) >= _SHORTEST_PART and bare in vocabulary:
                return bare
    return None


def compound_vocabulary(words: Iterable[str]) -> frozenset[str]:
    """German words that may be parts of others, with their stems."""
    plain = {word for word in words if _SHORTEST_PART <= len(word) <= 20}
    return frozenset(plain | {stem("de", word) for word in plain})

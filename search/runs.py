"""A levelled text cut into runs of one kind: Chinese characters, kana, hangul, numbers, words in letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.folding import Folded
from search.languages import SCALE_OF, UNITS
from search.tokens import Run

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA = "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff"
_HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
_LETTER = rf"[^\W_{_HAN}{_KANA}{_HANGUL}]"
RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<kana>[{_KANA}]+)|(?P<hangul>[{_HANGUL}]+)"
    rf"|(?P<number>\d{{1,3}}(?:[,\u0020\u00a0\u202f]\d{{3}})+(?!\d)(?:\.\d+)?(?!{_LETTER})|\d+\.\d+(?!{_LETTER})|\d+(?![-.&]?{_LETTER}))"
    rf"|(?P<word>{_LETTER}+(?:[-.&]{_LETTER}+)*)(?:['’]s(?!{_LETTER}))?"
)
_UNSPACED = re.compile(rf"[{_HAN}{_KANA}{_HANGUL}]")
_HIRAGANA = re.compile("[\u3041-\u3096\u309d-\u309f]")
_SIGN = re.compile(r"\s?(%)|\s([a-z]{2,8})\b")
_SCALE = re.compile(
    r"\s?("
    + "|".join(sorted((word for word in SCALE_OF if not word.isascii() or len(word) > 1), key=len, reverse=True))
    + rf")(?!{_LETTER})"
)
_TWO_WORDS = re.compile(r"\s?mil\s+millones\b")


def runs(folded: Folded, text: str) -> Iterator[Run]:
    """The runs of a levelled text. Kana are told apart by what `text`, the original, has: levelled they are one."""
    for match in RUN.finditer(folded.text):
        run = as_run(match)
        if run.kind != "kana":
            yield run
            continue
        start = run.start
        for place in range(run.start + 1, run.end + 1):
            if place == run.end or _kind(folded, text, place) != _kind(folded, text, start):
                yield Run(_kind(folded, text, start), folded.text[start:place], start, place)
                start = place


def _kind(folded: Folded, text: str, place: int) -> str:
    return "hiragana" if _HIRAGANA.match(text, folded.places[place]) else "katakana"


def as_run(match: re.Match[str]) -> Run:
    """A match of `RUN`."""
    kind = str(match.lastgroup)
    return Run(kind, match[kind], match.start(kind), match.end(kind))


def figure(number: str, text: str, place: int) -> tuple[str, int]:
    """A number with what stands at `place` after it, as one token, and where that ends.

    `10 万亿`, `10 trillion` and `10 Billionen` are the same token; without a unit it is the number itself.
    """
    plain = re.sub(r"[,\s]", "", number)
    if match := _TWO_WORDS.match(text, place):
        return _scaled(plain, 10**9), match.end()
    if match := _SCALE.match(text, place):
        return _scaled(plain, SCALE_OF[match[1]]), match.end()
    if match := _SIGN.match(text, place):
        unit = match[1] or UNITS.get(match[2], "")
        return plain + unit, match.end() if unit else place
    return plain, place


def _scaled(number: str, scale: int) -> str:
    whole, _, rest = number.partition(".")
    return f"#{int(whole + rest) * scale // 10 ** len(rest)}" if len(number) < 12 else number


def unspaced(token: str) -> bool:
    """True for tokens of scripts without blanks, found in a text by their characters alone."""
    return bool(_UNSPACED.match(token))

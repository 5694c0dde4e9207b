"""A levelled text cut into runs of one kind: Chinese characters, kana, hangul, numbers, words in letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.folding import Folded
from search.languages import UNITS
from search.tokens import Run

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA = "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff"
_HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
_LETTER = rf"[^\W_{_HAN}{_KANA}{_HANGUL}]"
RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<kana>[{_KANA}]+)|(?P<hangul>[{_HANGUL}]+)"
    rf"|(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!{_LETTER})|\d+\.\d+(?!{_LETTER})|\d+(?![-.&]?{_LETTER}))"
    rf"|(?P<word>{_LETTER}+(?:[-.&]{_LETTER}+)*)(?:['’]s(?!{_LETTER}))?"
)
_UNSPACED = re.compile(rf"[{_HAN}{_KANA}{_HANGUL}]")
_HIRAGANA = re.compile("[\u3041-\u3096\u309d-\u309f]")
_CHINESE_UNIT = re.compile(r"\s?(万亿|亿|万|千|百)")
_OTHER_UNIT = re.compile(r"\s?(%)|\s([a-z]{2,8})\b")


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


def unit_after(text: str, place: int) -> tuple[str, int]:
    """The unit after a number and where it ends; empty when there is none."""
    if match := _CHINESE_UNIT.match(text, place):
        return match[1], match.end()
    if match := _OTHER_UNIT.match(text, place):
        unit = match[1] or UNITS.get(match[2], "")
        return unit, match.end() if unit else place
    return "", place


def unspaced(token: str) -> bool:
    """True for tokens of scripts without blanks, found in a text by their characters alone."""
    return bool(_UNSPACED.match(token))

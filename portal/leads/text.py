"""Cleaning of what people type: one line or several, in any script, without hidden or forged characters."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NoReturn

#: Embeddings, overrides and isolates: with them a name can be made to read as another one.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Characters without width that no script needs: spaces, joiners of words, soft hyphen, tags.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
#: Scripts in which ZWJ and ZWNJ change the word: Arabic to Sinhala, Myanmar to Mongolian; and emoji sequences.
_JOINING = re.compile("[\u0600-\u0dff\u1000-\u109f\u1780-\u18af\ufe0f\u2600-\u27bf\U0001f000-\U0001faff]")
_JOINERS = "\u200c\u200d"
#: Marks in a row on one letter. Vietnamese needs 2, Hebrew and Thai 3; more is decoration that covers other lines.
MAX_MARKS = 4


class UncleanError(ValueError):
    """The text cannot be taken; `code` says why: not-text, control-characters, line-breaks, direction-marks."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _refuse(code: str) -> NoReturn:
    raise UncleanError(code)


def clean_line(value: str) -> str:
    """One line in NFC without hidden characters. Raises UncleanError on line breaks, controls, direction marks."""
    if _LINE_BREAK.search(value):
        _refuse("line-breaks")
    if _DIRECTION.search(value):
        _refuse("direction-marks")
    return _visible(value.replace("\t", " ")).strip()


def clean_text(value: str) -> str:
    """Free text in NFC with `\\n` as line end; direction marks stay (pages isolate them). Raises UncleanError."""
    return _visible(re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", value)).strip()


def _visible(value: str) -> str:
    if _SURROGATE.search(value):
        _refuse("not-text")
    if _CONTROL.search(value):
        _refuse("control-characters")
    value = unicodedata.normalize("NFC", _INVISIBLE.sub("", value))
    return _cap_marks(_needed_joiners(value))


def _needed_joiners(value: str) -> str:
    """Keep ZWJ and ZWNJ where they follow a letter of a script that uses them, and one only."""
    if not any(joiner in value for joiner in _JOINERS):
        return value
    return "".join(
        here for before, here in pairwise(f" {value}") if here not in _JOINERS or _JOINING.match(before) is not None
    )


def _cap_marks(value: str) -> str:
    if value.isascii():
        return value
    kept: list[str] = []
    row = 0
    for char in value:
        row = row + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if row <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def doubtful_domain(domain: str) -> bool:
    """True when an e-mail domain may be a look-alike: Cyrillic, Greek, Armenian or Cherokee letters, or scripts mixed.

    Such mail is taken all the same; staff are told. `domain` is in Unicode, not in its `xn--` form.
    """
    for label in domain.split("."):
        scripts = {unicodedata.name(char, "?").split(" ")[0] for char in label if char.isalpha()}
        if scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"} or ("LATIN" in scripts and len(scripts) > 1):
            return True
    return False

"""Personal data that can be found again: canaries in every field, and a search of files in every usual spelling."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

#: Stands in every text that identifies a person or firm; no word of the portal contains it.
TOKEN = "zqcanaryxv"


def canaries(number: int) -> dict[str, str]:
    """The free and personal fields of one inquiry, each with the token; its phone number is known by `phone`."""
    return {
        "name": f"{TOKEN} Person {number}",
        "title": f"Chief {TOKEN} {number}",
        "email": f"{TOKEN}.{number}@example.com",
        "phone": phone(number),
        "company": f"{TOKEN} Works {number}",
        "website": f"https://{TOKEN}-{number}.example/",
        "message": f"We, {TOKEN} {number}, look for 10 hectares. 我们是{TOKEN}。",
        "heard": f"From {TOKEN} {number}",
    }


def phone(number: int) -> str:
    """A valid Chinese mobile number of its own for each inquiry."""
    return f"+8613800{730_000 + number:06}"


def spellings(word: str) -> dict[str, bytes]:
    """The word as it might be written by accident: encodings, Base64 at its three offsets, hexadecimal, percent."""
    plain = word.encode()
    found = {
        "plain": plain,
        "upper case": plain.upper(),
        "UTF-16 LE": word.encode("utf-16-le"),
        "UTF-16 BE": word.encode("utf-16-be"),
        "hexadecimal": plain.hex().encode(),
        "hexadecimal, upper case": plain.hex().upper().encode(),
        "percent-encoded": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "percent-encoded twice": quote("".join(f"%{byte:02X}" for byte in plain)).encode(),
        "reversed": plain[::-1],
    }
    for shift in range(3):
        encoded = base64.b64encode(b"-" * shift + plain)
        # What depends on the neighbours is cut off: a group of four before and one after.
        found[f"Base64 at {shift}"] = encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
    return found


class Search:
    """Looks for the token in every spelling and for the phone numbers of the first `many` inquiries."""

    def __init__(self, many: int) -> None:
        self._needles = spellings(TOKEN)
        self._phones = {phone(number)[1:].encode() for number in range(many)}

    def hits(self, data: bytes) -> list[str]:
        """The spellings that occur in `data`."""
        found = [name for name, needle in self._needles.items() if needle in data]
        seen = re.findall(rb"86 ?138 ?00\d{2} ?\d{4}", data)
        return found + (["phone"] if any(number.replace(b" ", b"") in self._phones for number in seen) else [])

    def under(self, folder: Path) -> dict[str, list[str]]:
        """Hits by file of everything below `folder`."""
        return {str(path.relative_to(folder)): hits for path in files(folder) if (hits := self.hits(_bytes(path)))}


class Remains:
    """Looks for what was sealed or digested: any two pieces' length of one of `texts` in a row is found again."""

    PIECE = 24

    def __init__(self, texts: Iterable[str]) -> None:
        size = self.PIECE
        self._pieces = {text[at : at + size].encode() for text in texts for at in range(0, len(text) - size + 1, size)}

    def count(self, data: bytes) -> int:
        """How many pieces stand in `data`."""
        runs, size = re.findall(rb"[A-Za-z0-9+/=_.-]{24,}", data), self.PIECE
        return sum(run[at : at + size] in self._pieces for run in runs for at in range(len(run) - size + 1))


def files(folder: Path) -> Iterator[Path]:
    """Every regular file below `folder`, links not followed."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a database's own temporary file, gone between listing and reading
        return b""

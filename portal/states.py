"""What comes back from the inbox to the public side: how far each lead is, as a page of changes after a cursor.

The public side asks, `GET <queue>/states?after=<cursor>` signed like a webhook with an empty body; the inbox never
calls out. No personal data: a lead's id, its state, the time and the code of the desk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

State = Literal["assigned", "answered", "closed", "erased"]

STATES: tuple[State, ...] = get_args(State)
#: Changes in one page; whoever gets a full page asks again at once.
MAX_PAGE = 500
#: A full page is some 90 KiB; more is not read.
MAX_BYTES = 256 * 1024
#: The largest cursor: what fits into the integers of both databases.
MAX_CURSOR = 2**63 - 1

_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_DESK = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class StatesMalformedError(Exception):
    """The bytes are not a page of changes; the message names the place and never quotes it."""


@dataclass(frozen=True)
class Change:
    """Lead `id` came into `state` at a time (aware); `desk` is a code, empty when no desk has it."""

    id: str
    state: State
    at: datetime
    desk: str = ""


@dataclass(frozen=True)
class Page:
    """Changes in their order, and the cursor to ask with next time."""

    cursor: int
    changes: tuple[Change, ...] = ()

    def to_json(self) -> bytes:
        """The page as JSON in UTF-8."""
        states = [
            {
                "id": change.id,
                "state": change.state,
                "at": change.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "desk": change.desk,
            }
            for change in self.changes
        ]
        return json.dumps({"cursor": self.cursor, "states": states}, separators=(",", ":")).encode()


def is_desk(code: str) -> bool:
    """True when `code` may name a desk: lower-case ASCII letters, digits, `-`, `_` and `.`, at most 40."""
    return _DESK.fullmatch(code) is not None


def parse_page(body: bytes) -> Page:
    """The page in `body`. Raises StatesMalformedError for anything that is not one to the letter."""
    if len(body) > MAX_BYTES:
        raise StatesMalformedError(_complaint("page", "too big"))
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise StatesMalformedError(_complaint("page", "not JSON")) from error
    if not isinstance(document, dict):
        raise StatesMalformedError(_complaint("page", "not an object"))
    cursor, states = document.get("cursor"), document.get("states")
    if not isinstance(cursor, int) or isinstance(cursor, bool) or not 0 <= cursor <= MAX_CURSOR:
        raise StatesMalformedError(_complaint("cursor", "not a number"))
    if not isinstance(states, list) or len(states) > MAX_PAGE:
        raise StatesMalformedError(_complaint("states", f"not a list of at most {MAX_PAGE}"))
    return Page(cursor, tuple(_change(number, entry) for number, entry in enumerate(states)))


def _change(number: int, entry: Any) -> Change:
    place = f"states[{number}]"
    if not isinstance(entry, Mapping):
        raise StatesMalformedError(_complaint(place, "not an object"))
    lead, state, desk = entry.get("id"), entry.get("state"), entry.get("desk", "")
    if not isinstance(lead, str) or not _ID.fullmatch(lead):
        raise StatesMalformedError(_complaint(f"{place}.id", "not an id"))
    if state not in STATES:
        raise StatesMalformedError(_complaint(f"{place}.state", f"none of {', '.join(STATES)}"))
    if not isinstance(desk, str) or (desk and not is_desk(desk)):
        raise StatesMalformedError(_complaint(f"{place}.desk", "not a code"))
    return Change(lead, state, _time(place, entry.get("at")), desk)


def _time(place: str, value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        at = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError) as error:
        raise StatesMalformedError(_complaint(f"{place}.at", "not RFC 3339")) from error
    if at is None:
        raise StatesMalformedError(_complaint(f"{place}.at", "not RFC 3339 with a zone"))
    return at


def _complaint(place: str, what: str) -> str:
    return f"{place}: {what}"

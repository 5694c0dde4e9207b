"""A fault in a content file: where it is, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One fault. `line` and `column` count from 1; 0 where the file as a whole is meant."""

    path: str
    line: int
    column: int
    field: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        field = f" {self.field}:" if self.field else ""
        mend = f" -> {self.mend}" if self.mend else ""
        return f"{place}:{field} {self.message}{mend}"


class ContentError(Exception):
    """The content cannot be published; `faults` holds every fault found in one run."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(f"{len(self.faults)} fault(s) in the content")

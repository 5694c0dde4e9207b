"""Who works with leads, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["reader", "officer", "admin"]

#: read: see leads. triage: assign, change the state, write notes. export: take leads out as a file. erase: remove a
#: lead or a person for good. manage: see who did what, end other people's sessions.
Action = Literal["read", "triage", "export", "erase", "manage"]

#: The roles, least first, and what each may do.
PERMISSIONS: Final[dict[Role, frozenset[Action]]] = {
    "reader": frozenset({"read"}),
    "officer": frozenset({"read", "triage", "export"}),
    "admin": frozenset({"read", "triage", "export", "erase", "manage"}),
}


@dataclass(frozen=True)
class Person:
    """Someone of the bureau's staff who has logged in; `id` is what the audit trail keeps, `name` what pages show.

    Who `must_change` their password may do nothing else before.
    """

    id: str
    name: str
    role: Role
    must_change: bool = False

    def may(self, action: Action) -> bool:
        """True when the person's role allows `action`."""
        return action in PERMISSIONS[self.role]

"""The form as it is before anything is filled in, rendered once for each language and release.

Most visits to the form are of this kind, and rendering its 400 choices takes longer than all the rest of the answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from html import escape

from portal.leads.forms import FormOptions


class Blanks:
    """Rendered blank forms by locale; what differs from visitor to visitor is put in at the end."""

    def __init__(self) -> None:
        # Random, so that no content can be taken for a mark.
        self._key, self._challenge = (f"mark-{secrets.token_hex(16)}" for _ in range(2))
        self._held: dict[str, tuple[FormOptions, object, str]] = {}

    def page(
        self,
        locale: str,
        options: FormOptions,
        render: Callable[[str, str], str],
        *,
        key: str,
        challenge: str,
        shown: object = None,
    ) -> str:
        """The blank form with `key` and `challenge`; `render(key, challenge)` is called when none is held.

        A new release brings other `options`, and so another page; so does another value of `shown`.
        """
        held = self._held.get(locale)
        if held is None or held[0] is not options or held[1] != shown:
            held = self._held[locale] = options, shown, render(self._key, self._challenge)
        return held[2].replace(self._key, escape(key)).replace(self._challenge, escape(challenge))

"""Desks and rules for the inbox, taken from the live release and kept beside it: broken content takes no rule away."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from portal.catalog.desks import FILE, plain
from portal.catalog.faults import ContentError
from portal.catalog.loader import load

log = structlog.get_logger(__name__)


class DeskSource:
    """Plain values of `desks.yaml`, renewed when another release goes live.

    `current` points to the live release; where the inbox has none beside it, `content` is read instead. `kept` is the
    copy that is used until something newer can be read: reading all content takes seconds, and it may be broken.
    """

    def __init__(self, current: Path, content: Path, kept: Path) -> None:
        self._current, self._content, self._kept = current, content, kept
        self._lock = threading.Lock()
        self._mark = ""
        self._values: Mapping[str, Any] = {}

    def get(self) -> Mapping[str, Any]:
        """The values as of the live release; empty when none could ever be read. Blocks while it reads new ones."""
        folder, mark = self._newest()
        with self._lock:
            if mark == self._mark:
                return self._values
            kept = self._read()
            if kept.get("mark") != mark:
                kept = self._renewed(folder, mark) or kept
            self._mark, self._values = mark, kept.get("values", {})
            return self._values

    def _newest(self) -> tuple[Path, str]:
        release = self._current.resolve()
        if release.is_dir():
            return release / "content", f"release:{release.name}"
        try:
            return self._content, f"content:{(self._content / FILE).stat().st_mtime_ns}"
        except OSError:
            return self._content, "none"

    def _renewed(self, folder: Path, mark: str) -> dict[str, Any] | None:
        try:
            found = {"mark": mark, "values": plain(load(folder))}
        except (ContentError, OSError) as error:
            log.error("desks.not_read", error=str(error))
            return None
        draft = self._kept.with_name(f".{self._kept.name}.{secrets.token_hex(8)}")
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
            draft.replace(self._kept)
        except OSError as error:
            log.warning("desks.not_kept", error=type(error).__name__)
        return found

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._kept.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

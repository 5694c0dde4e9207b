"""Things made on demand (PDFs, pictures), kept on disk: per release, checked when read, bounded in size."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

_DIGEST = hashlib.sha256().digest_size


class Shelf:
    """Files under `folder/<release>/`; each begins with the SHA-256 of the rest, so that a damaged one is noticed."""

    def __init__(self, folder: Path, *, room: int) -> None:
        """Keep at most `room` bytes; what was not asked for longest goes first."""
        self._folder = folder
        self._room = room

    def path(self, release: str, key: str) -> Path:
        """Where the thing with this key is kept."""
        return self._folder / release / hashlib.sha256(key.encode()).hexdigest()

    def find(self, release: str, key: str) -> bytes | None:
        """What is kept under a key; None when there is nothing or it is damaged (it is then to be made again)."""
        path = self.path(release, key)
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        digest, body = stored[:_DIGEST], stored[_DIGEST:]
        if not body or hashlib.sha256(body).digest() != digest:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # asked for just now
        return body

    def put(self, release: str, key: str, body: bytes) -> None:
        """Keep a thing. What belongs to other releases is removed, and the oldest where there is no room.

        Raises `OSError` when the disk takes nothing more; nothing half-written is ever found.
        """
        path = self.path(release, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
            try:
                stream.write(hashlib.sha256(body).digest() + body)
                stream.close()
                Path(stream.name).replace(path)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
        self._tidy(release)

    def _tidy(self, release: str) -> None:
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != release and not other.name.startswith("."):
                shutil.rmtree(other, ignore_errors=True)
        kept = []
        for path in (self._folder / release).iterdir():
            with contextlib.suppress(OSError):
                stat = path.stat()
                kept.append((stat.st_mtime_ns, stat.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._room:
                break
            path.unlink(missing_ok=True)
            total -= size

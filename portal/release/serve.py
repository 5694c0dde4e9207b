"""A release in memory: compressed bodies, ETag and type per address; and the watch on the pointer to the live one."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from portal.release.build import MANIFEST
from portal.release.memory import set_apart

log = structlog.get_logger()
T = TypeVar("T")

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".xml": "application/xml",
    ".atom": "application/atom+xml",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
#: seconds between looks at the pointer
_LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Body:
    """What is sent for an address."""

    plain: bytes
    gzipped: bytes | None
    #: strong ETags name bytes: each encoding has its own
    etag: str
    gzip_etag: str
    type: str
    cache: str


@dataclass(frozen=True)
class Release:
    """A published release, ready to be served."""

    id: str
    folder: Path
    locales: tuple[str, ...]
    default_locale: str
    bodies: dict[str, Body]
    #: static file -> its published name
    assets: dict[str, str]


class ReleaseError(Exception):
    """A release folder is missing or damaged."""


def open_release(folder: Path) -> Release:
    """Read a release into memory. Raises `ReleaseError` when a file is missing or not what the manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        bodies = {_address(name): _body(folder, name, digest) for name, digest in manifest["files"].items()}
        locales = tuple(manifest["locales"])
        return Release(manifest["id"], folder, locales, manifest["default_locale"], bodies, manifest["assets"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"release {folder.name} cannot be read: {error}"
        raise ReleaseError(msg) from error


def _address(name: str) -> str:
    return f"/{name.removesuffix('index.html')}"


def _body(folder: Path, name: str, digest: str) -> Body:
    path = folder / name
    compressed = path.with_name(path.name + ".gz")
    # Hashed names never change; everything else is asked for again each time and answered by 304.
    cache = "public, max-age=31536000, immutable" if name.startswith("static/") else "no-cache"
    plain = path.read_bytes()
    gzipped = compressed.read_bytes() if compressed.exists() else None
    if hashlib.sha256(plain).hexdigest() != digest or (gzipped is not None and gzip.decompress(gzipped) != plain):
        msg = f"{name} is damaged"
        raise ValueError(msg)
    return Body(
        plain=plain,
        gzipped=gzipped,
        etag=f'"{digest[:32]}"',
        gzip_etag=f'"{hashlib.sha256(gzipped or b"").hexdigest()[:32]}"',
        type=TYPES.get(path.suffix, "application/octet-stream"),
        cache=cache,
    )


class Live(Generic[T]):
    """The live release and what is made from it (`make`), swapped when the pointer moves.

    A new release that cannot be opened is logged and passed over: the last good one stays in use.
    """

    def __init__(self, pointer: Path, make: Callable[[Release], T]) -> None:
        self._pointer = pointer
        self._make = make
        self._lock = threading.Lock()
        self._target: Path | None = None
        self._refused: Path | None = None
        self._looked = 0.0
        self._current: tuple[Release, T] | None = None

    def get(self) -> tuple[Release, T]:
        """The live release with what was made from it. Raises `ReleaseError` when there has never been one."""
        now = time.monotonic()
        if self._current is None or now - self._looked >= _LOOK_EVERY:
            with self._lock:
                self._looked = now
                self._look()
        if self._current is None:
            msg = "no release is live; run `portal publish`"
            raise ReleaseError(msg)
        return self._current

    def _look(self) -> None:
        target = self._pointer.resolve()
        if target == self._target or (target == self._refused and self._current is not None):
            return
        try:
            release = open_release(target)
            made = self._make(release)
        except Exception as error:
            self._refused = target
            log.exception("release.refused", release=target.name)
            if self._current is None:
                msg = f"release {target.name} cannot be used"
                raise ReleaseError(msg) from error
            return
        self._current, self._target = (release, made), target
        set_apart()
        log.info("release.live", release=release.id, files=len(release.bodies))

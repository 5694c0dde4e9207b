"""Makes PDFs and pictures on demand without ever starving the site: one at a time, in a process of its own.

What is asked for several times is made once; the queue and the time are bounded; what was made is kept on the shelf.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import structlog

from portal.release.paper import UNAVAILABLE
from portal.release.shelf import Shelf

log = structlog.get_logger()
#: environment of the working process: where fonts and their cache are; no setting and no secret of ours
_PASSED = ("PATH", "LANG", "LC_ALL", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "LD_LIBRARY_PATH", "XDG_DATA_HOME")


class PressError(Exception):
    """What was asked for could not be made."""


class PressBusyError(PressError):
    """So much is waiting already that nothing more is taken."""


class PressUnavailableError(PressError):
    """The system lacks a library that is needed."""


@dataclass(frozen=True)
class Order:
    """What the working process (`python -m module`) is given, how its answer begins, and the font it should hold."""

    module: str
    given: dict[str, str]
    begins: bytes
    family: str = ""


class Press:
    """One worker with a short queue in front of it and a shelf behind it."""

    def __init__(
        self, folder: Path, *, waiting: int = 12, seconds: float = 90.0, room: int = 256 * 2**20, python: str = ""
    ) -> None:
        """Keep things under `folder`; at most `waiting` in the queue, `seconds` for one, `room` bytes on the shelf."""
        self.shelf = Shelf(folder, room=room)
        self._folder = folder
        self._waiting = waiting
        self._seconds = seconds
        self._python = python or sys.executable
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[tuple[Future[bytes], str, str, Callable[[], Order]]] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None
        self._pending: dict[tuple[str, str], Future[bytes]] = {}
        self._missed: set[str] = set()

    def ask(self, release: str, key: str, order: Callable[[], Order]) -> Future[bytes]:
        """What is made from `order()`; found on the shelf, in the making, or made now.

        Raises `PressBusyError` when the queue is full; the future raises `PressError` when it cannot be made.
        """
        with self._lock:
            running = self._pending.get((release, key))
            if running is not None:
                return running
            if len(self._pending) >= self._waiting:
                raise PressBusyError
            future = self._pending[release, key] = Future()
            self._queue.put((future, release, key, order))
            if self._worker is None:
                # A daemon: the site does not wait for paper when it ends.
                self._worker = threading.Thread(target=self._run, name="press", daemon=True)
                self._worker.start()
        return future

    def _run(self) -> None:
        while True:
            future, release, key, order = self._queue.get()
            try:
                result: bytes | BaseException = self._make(release, key, order)
            except Exception as error:
                if not isinstance(error, PressError):
                    log.exception("press.failed", key=key)
                result = error
            with self._lock:
                self._pending.pop((release, key), None)
            if isinstance(result, bytes):
                future.set_result(result)
            else:
                future.set_exception(result)

    def _make(self, release: str, key: str, order: Callable[[], Order]) -> bytes:
        # It may have been finished between the caller's look at the shelf and now.
        if (found := self.shelf.find(release, key)) is not None:
            return found
        wanted = order()
        body, told = self._work(wanted, key)
        if wanted.family and wanted.family not in told and wanted.family not in self._missed:
            self._missed.add(wanted.family)
            log.warning("press.font_missing", wanted=wanted.family, used=told, mend="install fonts-noto-cjk and -core")
        try:
            self.shelf.put(release, key, body)
        except OSError as error:
            log.warning("press.not_kept", key=key, error=str(error))
        return body

    def _work(self, order: Order, key: str) -> tuple[bytes, str]:
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        environment["XDG_CACHE_HOME"] = str(self._folder / ".cache")
        command = [self._python, "-m", order.module]
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                command,
                input=json.dumps(order.given).encode(),
                capture_output=True,
                timeout=self._seconds,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            log.error("press.too_slow", key=key, seconds=self._seconds)
            msg = f"{key} took too long"
            raise PressError(msg) from error
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = lines[-1] if lines else ""
        if done.returncode == UNAVAILABLE:
            log.error("press.unavailable", error=told[:300], mend="see deploy/README.md, “PDF and pictures”")
            raise PressUnavailableError(told)
        if done.returncode or not done.stdout.startswith(order.begins):
            log.error("press.failed", key=key, code=done.returncode, error=told[:300])
            msg = f"{key} could not be made"
            raise PressError(msg)
        return done.stdout, told

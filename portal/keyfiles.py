"""Files that hold keys and secrets: made once, whole or not at all, private ones for their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


class KeyFileError(Exception):
    """A key file is missing, damaged, or open to other users; the message names the file."""


def read_private(file: Path) -> str:
    """The content of a private file. Raises KeyFileError when others may read or write it."""
    try:
        if file.stat().st_mode & 0o077:
            message = f"{file}: may be read or written by others; set its mode to 0600"
            raise KeyFileError(message)
        return file.read_text()
    except (OSError, ValueError) as error:
        message = f"{file}: cannot be read"
        raise KeyFileError(message) from error


def create_private(file: Path, content: str) -> bool:
    """True when the file was made here, False when another process was first: its content then counts."""
    draft = _draft(file, content, 0o600)
    try:
        file.hardlink_to(draft)  # unlike a rename, this never replaces what is there
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def replace(file: Path, content: str, mode: int) -> None:
    """Put `content` in the place of what the file holds; a reader sees the one or the other."""
    _draft(file, content, mode).replace(file)


def _draft(file: Path, content: str, mode: int) -> Path:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return draft

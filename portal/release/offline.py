"""The service worker of a release: `static/js/worker.js` with the release's id and languages written above it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from portal.release.assets import Assets

#: where it stands: at the root, so that it may serve every page
PATH = "sw.js"
_SOURCE = "js/worker.js"


def worker(assets: Assets, release: str, locales: Iterable[str]) -> bytes:
    """The script as it is published. Raises `KeyError` when the static folder has none."""
    head = f"const RELEASE = {json.dumps(release)};\nconst LOCALES = {json.dumps(list(locales))};\n"
    return head.encode() + assets.files[assets.names[_SOURCE]]

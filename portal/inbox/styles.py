"""The inbox's stylesheet, served by the inbox itself under a name that holds its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

_FILE = "inbox/inbox.css"


def address(templates: Path) -> str:
    """Where the stylesheet is: another address for another content, so that it can be kept for ever."""
    return f"/static/inbox.{hashlib.sha256((templates / _FILE).read_bytes()).hexdigest()[:12]}.css"


def router(templates: Path) -> APIRouter:
    """The one route; the stylesheet is read once."""
    routes = APIRouter(include_in_schema=False)
    content = (templates / _FILE).read_bytes()
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}

    @routes.get(address(templates))
    async def stylesheet() -> Response:
        return Response(content, media_type="text/css", headers=headers)

    return routes

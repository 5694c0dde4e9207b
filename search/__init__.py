"""Full-text search that knows text, not the portal: documents in, hits out.

`build_index` writes an immutable folder for one locale, `open_engine` reads it. Nothing here imports the portal.
"""

from search.build import build_index
from search.document import Document, Part
from search.engine import Engine, Hit, Hits, IndexDamagedError, open_engine

__all__ = ["Document", "Engine", "Hit", "Hits", "IndexDamagedError", "Part", "build_index", "open_engine"]

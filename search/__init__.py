"""Full-text search that knows text, not the portal: documents in, hits out.

`build_index` writes an immutable folder for one locale, `open_engine` reads it. Nothing here imports the portal.
"""

from search.backend import ENGINES, EngineMissingError
from search.build import Dictionary, build_index, dictionary
from search.document import Document, Part, Synonym
from search.engine import Engine, Hit, Hits, IndexDamagedError, open_engine
from search.suggest import Suggestion

__all__ = [
    "ENGINES",
    "Dictionary",
    "Document",
    "Engine",
    "EngineMissingError",
    "Hit",
    "Hits",
    "IndexDamagedError",
    "Part",
    "Suggestion",
    "Synonym",
    "build_index",
    "dictionary",
    "open_engine",
]

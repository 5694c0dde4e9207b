"""Makes the shared fixtures known here."""

from tests.support.fixtures import clock, engine, inbox_engine, intake, keys, new_engine, sqlite_upgraded
from tests.support.postgres import postgres_server, postgres_upgraded, postgres_url

__all__ = [
    "clock",
    "engine",
    "inbox_engine",
    "intake",
    "keys",
    "new_engine",
    "postgres_server",
    "postgres_upgraded",
    "postgres_url",
    "sqlite_upgraded",
]

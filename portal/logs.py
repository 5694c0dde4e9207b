"""How the processes log: one JSON object per line on standard error, tracebacks without the values of variables."""

from __future__ import annotations

import logging
import sys

import structlog


def configure() -> None:
    """Set up structlog for this process.

    The development renderer prints the variables of every frame: with a lead among them, that would be personal data.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )

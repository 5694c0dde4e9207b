"""How mails leave: not at all but for a line in the log, into a folder, or by SMTP."""

from __future__ import annotations

import asyncio
import hashlib
import os
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib
import structlog

TIMEOUT = 30.0

log = structlog.get_logger(__name__)


class MailError(Exception):
    """A mail has not left; the message is a code without personal data."""


class ServerAwayError(MailError):
    """The server does not answer or lets nobody in: that is no fault of the mail."""


class MailRetryError(MailError):
    """The server does not take this mail now."""


class MailRefusedError(MailError):
    """The server will never take this mail."""


class Transport(Protocol):
    """What the postman needs."""

    async def send(self, message: EmailMessage) -> None:
        """Return when the mail has been handed over; else raise a MailError."""
        ...


class ConsoleTransport:
    """Says in the log that a mail was made: neither to whom nor what it says."""

    async def send(self, message: EmailMessage) -> None:
        """Log its size."""
        log.info("mail.made", bytes=len(message.as_bytes()), language=str(message["Content-Language"]))


class FileTransport:
    """Writes each mail to `folder` as a file (mode 0600) named after its id; the same mail again replaces it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Write the file. Raises ServerAwayError when that fails."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise ServerAwayError(type(error).__name__) from error

    def _write(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
        draft = self._folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(message.as_bytes())
        draft.replace(self._folder / f"{name}.eml")


class SmtpTransport:
    """Hands mails to an SMTP server. `tls`: `starttls` (required then, not hoped for), `tls` from the start, `none`."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str = "",
        password: str = "",
        tls: Literal["starttls", "tls", "none"] = "starttls",
    ) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._tls = tls

    async def send(self, message: EmailMessage) -> None:
        """Send it. Raises ServerAwayError, MailRetryError, MailRefusedError; codes only, servers quote addresses."""
        try:
            await asyncio.wait_for(
                aiosmtplib.send(
                    message,
                    hostname=self._host,
                    port=self._port,
                    username=self._user or None,
                    password=self._password or None,
                    use_tls=self._tls == "tls",
                    start_tls=self._tls == "starttls",
                    local_hostname="localhost",
                    timeout=TIMEOUT,
                ),
                2 * TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            _by_code("recipient", min(refused.code for refused in error.recipients))
        except (
            aiosmtplib.SMTPAuthenticationError,
            aiosmtplib.SMTPHeloError,
            aiosmtplib.SMTPConnectResponseError,
        ) as error:
            code = f"{type(error).__name__} {error.code}"
            raise ServerAwayError(code) from error
        except aiosmtplib.SMTPResponseException as error:
            _by_code("server", error.code)
        except aiosmtplib.SMTPNotSupported as error:
            # An address that needs SMTPUTF8, at a server that has not learned it; or no STARTTLS.
            if not str(message["To"]).isascii():
                raise MailRefusedError("smtputf8") from error  # noqa: EM101 - a code
            raise ServerAwayError("no-starttls") from error  # noqa: EM101 - a code
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPServerDisconnected) as error:
            raise ServerAwayError(type(error).__name__) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError, ValueError) as error:
            raise ServerAwayError(type(error).__name__) from error


def _by_code(what: str, code: int) -> None:
    kind = MailRefusedError if 500 <= code < 600 else MailRetryError
    message = f"{what} {code}"
    raise kind(message)

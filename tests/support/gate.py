"""The receiver's address as a real TCP server: it misbehaves as told, and otherwise hands on to the real inbox."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_RESET = struct.pack("ii", 1, 0)
#: Longer than any deadline of a test; a visitor that has not left by then has hung.
_PATIENCE = 20.0


class Visit:
    """One connection: what was asked, and the ways to answer it."""

    def __init__(self, connection: socket.socket, inbox: httpx.Client, asked: Counter[str]) -> None:
        self._connection = connection
        self._inbox = inbox
        self._asked = asked
        self.head = b""
        self.body = b""

    @property
    def lead(self) -> str:
        """The id that the sender wants to hear back."""
        return self._headers().get("webhook-id", "")

    def _headers(self) -> dict[str, str]:
        pairs = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return {name.decode().strip().lower(): value.decode().strip() for name, _, value in pairs if name}

    def read(self) -> bool:
        """Take in the request; False when the visitor sent none."""
        while b"\r\n\r\n" not in self.head:
            part = self._connection.recv(65_536)
            if not part:
                return False
            self.head += part
        self.head, _, self.body = self.head.partition(b"\r\n\r\n")
        while len(self.body) < int(self._headers().get("content-length", "0")):
            self.body += self._connection.recv(65_536)
        self._asked[f"{self.head.split(b' ')[0].decode()} {self.head.split(b' ')[1].decode()}"] += 1
        return True

    def commit(self) -> httpx.Response:
        """Let the real inbox have the lead."""
        kept = {name: value for name, value in self._headers().items() if name.startswith(("webhook-", "content-type"))}
        answer = self._inbox.post("/leads", content=self.body, headers=kept)
        assert answer.status_code == 200, answer.text
        return answer

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self, status: str, body: bytes = b"", **headers: str) -> None:
        """A well-formed HTTP/1.1 answer; a keyword such as Retry_After becomes a header."""
        given = {"Content-Length": str(len(body)), "Connection": "close", **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
        self.send(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)

    def reset(self) -> None:
        """Break the connection the hard way (RST)."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def hang(self) -> None:
        """Say nothing until the visitor leaves."""
        while self._connection.recv(65_536):
            pass


class Gate:
    """Listens on a loopback port. `fault` is what happens to a visit; None hands it to the inbox at `inbox`."""

    def __init__(self, inbox: str, tls: ssl.SSLContext | None = None) -> None:
        self._inbox = httpx.Client(base_url=inbox, timeout=_PATIENCE, verify=False, trust_env=False)
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self.tls = tls
        self.scheme = "https" if tls else "http"
        self.fault: Callable[[Visit], None] | None = None
        self.visits = 0
        #: method and path of every request that was read
        self.asked: Counter[str] = Counter()
        self.errors: list[str] = []

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self._port}/leads"

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._port = self._listener.getsockname()[1]
        thread = threading.Thread(target=self._listen, args=(self._listener,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept()
            self._listener.close()
            self._listener = None
        for thread in self._threads:
            thread.join(_PATIENCE + 5)
            assert not thread.is_alive(), "a visit to the gate hangs"
        self._threads.clear()

    def end(self) -> None:
        self._inbox.close()

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.visits += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # A visitor that leaves early breaks the pipe; that is what many faults are about.
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_PATIENCE)
            if self.tls is not None:
                with self.tls.wrap_socket(connection, server_side=True) as secured:
                    self._visit(Visit(secured, self._inbox, self.asked))
                return
            self._visit(Visit(connection, self._inbox, self.asked))

    def _visit(self, visit: Visit) -> None:
        try:
            if self.fault is not None:
                self.fault(visit)
            elif visit.read():
                answer = visit.commit()
                visit.answer("200 OK", answer.content, Content_Type="application/json")
        except AssertionError as error:
            self.errors.append(str(error))


class Certificates:
    """An authority of the test, a certificate of the gate's address by it, and one that it did not sign."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        key, self._authority = ec.generate_private_key(ec.SECP256R1()), _name("authority")
        root = _certificate(self._authority, self._authority, key, key, authority=True)
        self._root = folder / "root.pem"
        self._root.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        self.good = self._server(folder / "good.pem", key)
        self.wrong = self._server(folder / "wrong.pem", ec.generate_private_key(ec.SECP256R1()))

    def trust(self) -> ssl.SSLContext:
        """What the sender believes."""
        return ssl.create_default_context(cafile=str(self._root))

    def _server(self, file: Path, signer: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(_name("gate"), self._authority, key, signer, authority=False)
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256())


@contextlib.contextmanager
def gate(inbox: str, tls: ssl.SSLContext | None = None) -> Iterator[Gate]:
    """An open gate before the inbox at the address `inbox`."""
    made = Gate(inbox, tls)
    made.open()
    try:
        yield made
    finally:
        made.fault = None
        made.close()
        made.end()
    assert made.errors == []

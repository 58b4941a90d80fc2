"""A real mail server on this machine, which keeps what it is given and fails as it is told."""

import contextlib
import ssl
from asyncio import WriteTransport
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.services.processes import START_TIMEOUT, find_free_port

HOST = "127.0.0.1"
USER, PASSWORD = "reviewflow", "a password for the mail server"


@dataclass
class MailServer:
    """What has arrived, and how it answers: `answers` by address to RCPT; `breaks` hangs up once it has a mail."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False
    connections: int = 0

    def to(self, person_id: str) -> list[EmailMessage]:
        """What somebody of the cast was sent, the oldest first."""
        return [message for message in self.messages if f"{person_id}@" in str(message["To"])]

    # What aiosmtpd calls:

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count the connections."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a receiver."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if self.breaks:
            assert isinstance(server.transport, WriteTransport)
            server.transport.abort()
        return "250 Kept"


@contextlib.contextmanager
def run_mail_server(*, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """A mail server for the length of the block; with `tls` it speaks STARTTLS and wants `USER` and `PASSWORD`."""
    mail_server = MailServer(find_free_port())
    options: dict[str, Any] = {"ready_timeout": START_TIMEOUT}
    if tls is not None:
        options |= {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": _let_in}
    controller = Controller(mail_server, hostname=HOST, port=mail_server.port, **options)
    controller.start()
    try:
        yield mail_server
    finally:
        controller.stop()


def _let_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    known = given.login == USER.encode() and given.password == PASSWORD.encode()
    return AuthResult(success=known, handled=known)

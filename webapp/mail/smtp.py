"""Sending letters through a mail server (SMTP, RFC 5321), several over one connection."""

import logging
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import urlsplit

from engine import clock
from webapp.mail.composing import compose
from webapp.mail.links import Links
from webapp.settings import Settings
from workflows.notifications.post import ACCEPTED, BROKEN, LATER, REFUSED, Delivery, Letter

log = logging.getLogger(__name__)

TIMEOUT = 10.0
"""Seconds that the server may take for an answer."""

DONE, PERMANENT = 250, 500
LONGEST_PROBLEM = 300


class SmtpPost:
    """Sends letters as the settings say. Neither logs nor problems hold a password or the words of a mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._links = Links(settings.base_address, settings.secret_key)

    def send(self, letters: Sequence[Letter]) -> Iterator[Delivery]:
        """See `workflows.notifications.post.Post`."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            problem = _explain_connection(error)
            yield from (Delivery(letter.mail_id, LATER, problem) for letter in letters)
            return
        try:
            for letter in letters:
                yield self._hand_over(server, letter)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        settings, context = self._settings, ssl.create_default_context()
        # Without a name of our own the library would ask the network what this machine is called.
        name = urlsplit(settings.base_address).hostname
        place = (settings.mail_host, settings.mail_port)
        if settings.mail_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*place, local_hostname=name, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(*place, local_hostname=name, timeout=TIMEOUT)
        try:
            if settings.mail_security == "starttls":
                server.starttls(context=context)
            if settings.mail_user:
                server.login(settings.mail_user, settings.mail_password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, letter: Letter) -> Delivery:
        try:
            message = compose(letter, self._links, sender=self._settings.mail_sender, now=clock.now())
        except ValueError:
            return Delivery(letter.mail_id, REFUSED, "The e-mail address of this person cannot be written to.")
        except Exception:  # one mail that cannot be written must not stop the others
            log.exception("mail %s cannot be written", letter.mail_id)
            return Delivery(letter.mail_id, REFUSED, "The mail could not be written: the log of the worker says why.")
        try:
            refusal = self._announce(server, letter.address)
        except (OSError, smtplib.SMTPException) as error:
            return Delivery(letter.mail_id, LATER, _explain_connection(error))
        if refusal is None:
            return _give(server, letter.mail_id, message)
        _begin_again(server)
        return _refused(letter.mail_id, *refusal)

    def _announce(self, server: smtplib.SMTP, address: str) -> tuple[int, bytes] | None:
        """Tell the server from whom and to whom; its answer where it wants no mail of that kind."""
        server.ehlo_or_helo_if_needed()
        for code, text in (server.mail(self._settings.mail_sender), server.rcpt(address)):
            if code not in (DONE, DONE + 1):
                return code, text
        return None


def _give(server: smtplib.SMTP, mail_id: int, message: EmailMessage) -> Delivery:
    try:
        code, text = server.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        _begin_again(server)
        return _refused(mail_id, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException):
        # Between the end of the message and the answer nobody can tell whether the server has taken it.
        problem = "The connection to the mail server broke while it took the mail: it may have arrived or not."
        return Delivery(mail_id, BROKEN, problem)
    return Delivery(mail_id, ACCEPTED) if code == DONE else _refused(mail_id, code, text)


def _begin_again(server: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        server.rset()


def _refused(mail_id: int, code: int, text: bytes | str) -> Delivery:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    problem = f"The mail server said: {code} {' '.join(said.split())}"[:LONGEST_PROBLEM]
    return Delivery(mail_id, REFUSED if code >= PERMANENT else LATER, problem)


def _explain_connection(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "The mail server did not let Reviewflow in. Check REVIEWFLOW_MAIL_USER and the password."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "The mail server does not speak what is asked of it. Check REVIEWFLOW_MAIL_SECURITY and _MAIL_USER."
    if isinstance(error, ssl.SSLError):
        return "The mail server could not prove who it is, or speaks no TLS. Check REVIEWFLOW_MAIL_SECURITY."
    return "The mail server cannot be reached. Check REVIEWFLOW_MAIL_HOST and REVIEWFLOW_MAIL_PORT."

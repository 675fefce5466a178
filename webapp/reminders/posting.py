"""How a digest is handed to the mail server, and what became of it. Knows no member."""

from __future__ import annotations

import re
import smtplib
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from typing import Literal

from webapp.members.accounts import connected

# sent: the server has it. later: not now, and surely not taken. refused: there is no such
# address. lost: it will not take this message, or we cannot know: not tried again.
Outcome = Literal["sent", "later", "refused", "lost"]


class _WholeLine(UnstructuredHeader):
    """A header that holds an address of ours: folded, it would be written in a way
    that few mail programs can read as an address."""

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _WholeLine)  # type: ignore[arg-type]

# Words as lines of at most 76 plain characters: a server may know nothing else.
POLICY = SMTP.clone(cte_type="7bit", header_factory=_headers)

_ENHANCED = re.compile(rb"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")


class ServerDown(Exception):
    """No message can be handed over now; the message says why."""


def refusal(code: int, said: bytes) -> Outcome:
    """What a server's refusal of an address means. Pure.

    5.7.x is about us (relaying, policy), not about the address: pausing everybody's
    mail because of a setting of ours would be wrong.
    """
    enhanced = _ENHANCED.match(said)
    if 500 <= code < 600 and not (enhanced and enhanced[2] == b"7"):
        return "refused"
    return "later"


class Post:
    """One connection for many messages. Use it in `with`; it connects when needed."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = url
        self._from = parseaddr(sender)[1] or "xinde@localhost"
        self._server: smtplib.SMTP | None = None
        self.connections = 0
        self.said = ""  # by the server, of the last address it refused

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def ready(self) -> None:
        """Connect, if there is no connection. Raises ServerDown."""
        if self._server is not None:
            return
        try:
            self._server = connected(self._url)
        except (OSError, smtplib.SMTPException) as problem:
            raise ServerDown(f"{type(problem).__name__}: {problem}") from problem
        self.connections += 1

    def send(self, to: str, message: EmailMessage) -> Outcome:
        """Hand over one message. Raises ServerDown where it was surely not taken, nor
        will another be; everything before its words may be said twice."""
        if not to.isascii():
            self.said = "only plain letters"
            return "refused"
        try:
            answer = self._addressed(to)
        except (OSError, smtplib.SMTPServerDisconnected):
            self._close()  # it may have been idle for too long, or has had enough of us
            self.ready()
            try:
                answer = self._addressed(to)
            except (OSError, smtplib.SMTPException) as problem:
                self._close()
                raise ServerDown(f"{type(problem).__name__}: {problem}") from problem
        return self._words(message) if answer == "sent" else answer

    def _addressed(self, to: str) -> Outcome:
        """From whom and to whom; `sent` when the words may follow."""
        server = self._there()
        code, said = server.mail(self._from)
        if code != 250:
            self._close()
            raise ServerDown(f"it refuses the sender {self._from}: {code} {_shown(said)}")
        code, said = server.rcpt(to)
        if code in (250, 251):
            return "sent"
        self.said = f"{code} {_shown(said)}"
        if code == 421:
            self._close()
            return "later"
        server.rset()
        return refusal(code, said)

    def _words(self, message: EmailMessage) -> Outcome:
        server = self._there()
        try:
            code, said = server.data(message.as_bytes(policy=POLICY))
        except smtplib.SMTPDataError as problem:  # before any word
            self._close()
            return "later" if problem.smtp_code < 500 else "lost"
        except (OSError, smtplib.SMTPException):
            self._close()
            return "lost"  # it may have it: rather one too few than two
        if code == 250:
            return "sent"
        self.said = f"{code} {_shown(said)}"
        return "later" if 400 <= code < 500 else "lost"

    def _there(self) -> smtplib.SMTP:
        self.ready()
        if self._server is None:
            raise ServerDown("no connection")
        return self._server

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _shown(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:200]

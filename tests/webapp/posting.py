"""A real mail server on this machine for tests: keeps what it takes, refuses as it is told."""

from __future__ import annotations

import email
import email.policy
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Office:
    """What the server does with what comes. `at_rcpt`, `at_data`: its next answers,
    instead of taking the message."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []  # the same, as it came
        self.to: list[str] = []
        self.at_rcpt: list[str] = []
        self.at_data: list[str] = []
        self.came: set[Any] = set()  # connections
        self.encrypted: list[bool] = []
        self.url = ""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.came.add(session.peer)
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.at_data:
            return self.at_data.pop(0)
        self.to += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        self.raw.append(envelope.content)
        policy: Any = email.policy.default
        self.received.append(email.message_from_bytes(envelope.content, policy=policy))
        return "250 OK"


@contextmanager
def office(**options: Any) -> Iterator[Office]:
    """Runs until the block ends. `options` are those of aiosmtpd."""
    made = Office()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=port, **options)
    controller.start()
    made.url = f"smtp://localhost:{port}"
    try:
        yield made
    finally:
        controller.stop()


def server_context(authority: Any) -> ssl.SSLContext:
    """TLS with a certificate for localhost by this (trustme) authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def part(message: EmailMessage, kind: str) -> str:
    """The words of the plain or html part."""
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def links(words: str) -> list[str]:
    return re.findall(r"https?://[^\s<>\"]+", words)

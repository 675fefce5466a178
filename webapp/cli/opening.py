"""How a command opens the app: settings, log lines on stderr, the database made ready."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask

    from webapp.settings import Settings


def settings() -> Settings:
    from webapp import settings as module

    return module.read()


def log_to_stderr() -> None:
    """Log lines must not mix with what a script reads from stdout."""
    import logging

    import structlog

    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def community(found: Settings | None = None) -> Iterator[Flask]:
    """The app, inside its context, with the community database made and migrated."""
    from webapp import setup
    from webapp.community import db

    log_to_stderr()
    found = found or settings()
    setup.folder(found)
    app = setup.app_with_community(found)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.rollback()
            db.engine.dispose()


def say(line: str = "") -> None:
    """What a person is told while something goes on."""
    click.echo(line, err=True)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))

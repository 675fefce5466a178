"""What can be set from outside. The only reader of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names it and the cure."""


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class Settings:
    """All settings. Each is `XINDE_<NAME>` in the environment or in `.env`."""

    data: Path = _setting(Path("instance"), "Folder for everything Xinde keeps.")
    database_url: str = _setting(
        "", "Community database. Empty: SQLite in the data folder. Or `postgresql://...`."
    )
    model: str = _setting("multilingual-e5-small", "Text model; see `xinde models list`.")
    texts: str = _setting(
        "",
        f"Folders with your own study texts, separated by `{os.pathsep}`; read beside the starter library.",
    )
    opds: str = _setting(
        "",
        "Addresses of OPDS catalogues that `xinde library opds` may fetch texts from, separated by spaces. Empty: nothing is ever fetched.",
    )
    language: str = _setting("en", "Language before a visitor has chosen one: `en` or `zh`.")
    time_zone: str = _setting("UTC", "Time zone in which days begin and times are shown.")
    public_url: str = _setting(
        "",
        "Address people use, e.g. `https://study.example.org`; needed for links in mail and behind a proxy.",
    )
    proxies: int = _setting(0, "How many reverse proxies stand in front and set X-Forwarded-*.")
    mail_url: str = _setting(
        "", "Mail server, e.g. `smtp://user:password@host:587`. Empty: no mail is sent."
    )
    mail_from: str = _setting("", "Sender of mail, e.g. `Xinde <study@example.org>`.")
    secret_key: str = _setting(
        "", "Key that signs sessions. Empty: one is made and kept in the data folder."
    )
    threads: int = _setting(8, "Threads of the web server.")
    model_threads: int = _setting(2, "Threads that the text model computes with.")
    id_seed: str = _setting("", "For tests only: makes random ids repeatable.")

    @property
    def community_url(self) -> str:
        """SQLAlchemy URL of the community database."""
        if not self.database_url:
            return f"sqlite:///{(self.data / 'community.db').resolve()}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in {"postgres", "postgresql"}:
            return f"postgresql+psycopg://{rest}"
        return self.database_url

    @property
    def library_path(self) -> Path:
        return self.data / "library.db"

    @property
    def index_folder(self) -> Path:
        return self.data / "index"

    @property
    def models_folder(self) -> Path:
        return self.data / "models"

    @property
    def catalogues(self) -> tuple[str, ...]:
        return tuple(self.opds.split())

    @property
    def text_folders(self) -> tuple[Path, ...]:
        return tuple(Path(p) for p in self.texts.split(os.pathsep) if p.strip())


def read(
    environ: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env")
) -> Settings:
    """Settings from `.env`, overridden by the environment.

    Raises SettingsError for an unknown `XINDE_` name or an unusable value, so
    that a misspelt setting is not silently ignored.
    """
    found: dict[str, str] = {}
    if dotenv is not None and dotenv.is_file():
        found.update(_of_file(dotenv))
    found.update(os.environ if environ is None else environ)
    known = {f"XINDE_{f.name.upper()}": f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name, raw in found.items():
        if not name.startswith("XINDE_") or name in _FOR_TESTS:
            continue
        if name not in known:
            raise SettingsError(
                f"{name} is not a setting of Xinde. The settings are: {', '.join(sorted(known))}."
            )
        values[known[name].name] = _value(name, raw, known[name].default)
    if "DATABASE_URL" in found and "database_url" not in values:
        values["database_url"] = found["DATABASE_URL"]
    settings = Settings(**values)
    _check(settings)
    return settings


def _of_file(dotenv: Path) -> dict[str, str]:
    """The lines of a `.env` file. One that cannot be understood is an error: it may
    be the one that says where people's words are kept."""
    try:
        with open(dotenv, encoding="utf-8") as lines:
            for binding in parse_stream(lines):
                if binding.error:
                    raise SettingsError(
                        f"{dotenv}, line {binding.original.line}, cannot be understood. "
                        "Write NAME=value, and values with spaces or signs in quotes."
                    )
        return {name: value or "" for name, value in dotenv_values(dotenv).items()}
    except UnicodeDecodeError:
        raise SettingsError(f"{dotenv} is not UTF-8. Save it as UTF-8.") from None


_FOR_TESTS = {"XINDE_TEST_CACHE"}


def _value(name: str, raw: str, default: Any) -> Any:
    if isinstance(default, Path):
        return Path(raw or default)
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError:
            raise SettingsError(f"{name} is {raw!r}; it must be a whole number.") from None
    return raw


def _check(settings: Settings) -> None:
    from zoneinfo import ZoneInfo

    if settings.language not in {"en", "zh"}:
        raise SettingsError(f"XINDE_LANGUAGE is {settings.language!r}; it must be en or zh.")
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, LookupError):
        raise SettingsError(
            f"XINDE_TIME_ZONE is {settings.time_zone!r}, which is no time zone. Try Asia/Shanghai or UTC."
        ) from None
    for name, value, least, most in (
        ("XINDE_THREADS", settings.threads, 1, 500),
        ("XINDE_MODEL_THREADS", settings.model_threads, 1, 500),
        ("XINDE_PROXIES", settings.proxies, 0, 20),
    ):
        if not least <= value <= most:
            raise SettingsError(f"{name} is {value}; it must be from {least} to {most}.")
    if settings.public_url and not _ADDRESS.fullmatch(settings.public_url):
        raise SettingsError(
            f"XINDE_PUBLIC_URL is {settings.public_url!r}; write it like https://study.example.org, "
            "without a path."
        )
    if settings.mail_url and not settings.public_url:
        raise SettingsError(
            "XINDE_MAIL_URL is set and XINDE_PUBLIC_URL is not. Links in mail are built from it: "
            "set it to the address people use, e.g. https://study.example.org."
        )
    if settings.mail_url and not _is_mail_server(settings.mail_url):
        raise SettingsError(
            "XINDE_MAIL_URL must look like smtp://user:password@host:587 (or smtps://), "
            "with special characters percent-encoded (@ as %40)."
        )
    _check_database(settings)


def _is_mail_server(url: str) -> bool:
    try:
        where = urlsplit(url)
        return where.scheme in ("smtp", "smtps") and bool(where.hostname) and where.port != 0
    except ValueError:
        return False


_ADDRESS = re.compile(r"https?://[^/\s?#@]+/?")


def _check_database(settings: Settings) -> None:
    scheme = settings.community_url.partition("://")[0]
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError(
            f"DATABASE_URL begins with {scheme!r}; Xinde keeps people's words in sqlite:// or postgresql://."
        )
    if settings.database_url:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            place = make_url(settings.community_url).database
        except (ArgumentError, ValueError):
            place = None
        if not place or place == ":memory:":
            raise SettingsError(
                "DATABASE_URL names no database. Write it like postgresql://user:password@host:5432/name, "
                "with special characters percent-encoded (@ as %40)."
            )

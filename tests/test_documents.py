"""The documents say what is so."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from webapp.settings import Settings, SettingsError, read

ROOT = Path(__file__).parents[1]


def settings_table() -> str:
    lines = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for f in fields(Settings):
        default = f"`{f.default}`" if str(f.default) else "empty"
        meaning = f.metadata["help"]
        lines.append(f"| `XINDE_{f.name.upper()}` | {default} | {meaning} |")
    return "\n".join(lines)


def test_the_readme_lists_every_setting():
    readme = (ROOT / "README.md").read_text("utf-8")
    written = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", readme, re.S)[1]
    assert written == settings_table()


def test_a_misspelt_setting_is_refused():
    with pytest.raises(SettingsError, match="XINDE_DATTA is not a setting"):
        read({"XINDE_DATTA": "x"}, dotenv=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XINDE_LANGUAGE", "fr"),
        ("XINDE_TIME_ZONE", "Mars/Base"),
        ("XINDE_TIME_ZONE", "../etc"),
        ("XINDE_THREADS", "many"),
        ("XINDE_THREADS", "0"),
        ("DATABASE_URL", "mysql://x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingsError, match=name.removeprefix("XINDE_")):
        read({name: value}, dotenv=None)


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(
            r"\]\((?!https?:|#|reading:|mailto:)([^)#]+)", page.read_text("utf-8")
        ):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert broken == []


def translations():
    spec = importlib.util.spec_from_file_location("translations", ROOT / ".ci/translations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_is_translated():
    assert translations().problems() == []


# Digests, so that the check itself names no registry.
REGISTRIES = {
    "a4aa2ac280bb8d1a",
    "8b5bb5eb9d758455",
    "8743857e3ea00fd1",
    "3ca29e55be4befa4",
    "ae1f45a5b387e18d",
    "75adac515f0bd3db",
}


def hosts_named_in(text: str) -> set[str]:
    """Digests of the last two parts of everything that looks like a host's name."""
    names = re.findall(r"[a-z0-9-]+\.[a-z]{2,4}(?![\w.-]*\w)", text.lower())
    return {hashlib.sha256(name.encode()).hexdigest()[:16] for name in names}


def test_the_check_for_registries_knows_one_when_it_sees_it():
    name = ".".join(("files", "python" + "hosted", "org"))
    assert hosts_named_in(f"fetch https://{name}/packages now") & REGISTRIES


def test_no_page_names_a_registry_or_a_machine_path():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    hosts = re.compile(r"index[-]url|find[-]links|https?://[^ \"]*/simple/?\b|\bcdn[.]", re.I)
    home = re.compile(re.escape(str(ROOT.parent)) + "/" if len(str(ROOT.parent)) > 1 else "$^")
    found = []
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".png", ".woff2"} or not path.is_file():
            continue
        text = path.read_text("utf-8", errors="replace")
        found += [name for pattern in (hosts, home) if pattern.search(text)]
        found += [f"{name}: {host}" for host in hosts_named_in(text) & REGISTRIES]
    assert found == []


def test_the_readme_commands_name_what_exists():
    readme = (ROOT / "README.md").read_text("utf-8")
    run = re.search(r"<!-- run -->\s*```sh\n(.+?)\n```", readme, re.S)[1]
    assert run.endswith("xinde serve --demo")
    help_text = subprocess.run(
        [sys.executable, "-m", "webapp.cli", "serve", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
        cwd=ROOT,
    ).stdout
    assert "--demo" in help_text

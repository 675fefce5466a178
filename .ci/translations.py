"""The Chinese catalogue and the code's messages.

python .ci/translations.py           bring the catalogue up to date
python .ci/translations.py --check   fail if anything is missing, fuzzy or stale
"""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "webapp/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def messages_in_code() -> Catalog:
    with (ROOT / ".ci/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    keywords = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "_l": None}
    catalog = Catalog(project="Xinde", charset="utf-8", fuzzy=False)
    for name, line, message, comments, context in extract_from_dir(
        str(ROOT), methods, options, keywords
    ):
        catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def read_catalogue() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans_CN", project="Xinde", charset="utf-8", fuzzy=False)
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="zh_Hans_CN")


def problems() -> list[str]:
    """One line per message that is missing, empty, fuzzy, stale or has other placeholders."""
    code, translated = messages_in_code(), read_catalogue()
    found = []
    for message in code:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        other = translated.get(ids[0], message.context)
        strings = (
            ()
            if other is None
            else other.string
            if isinstance(other.string, tuple)
            else (other.string,)
        )
        if other is None:
            found.append(f"missing: {ids[0]!r} ({message.locations[0][0]})")
        elif other.fuzzy:
            found.append(f"fuzzy: {ids[0]!r}")
        elif not strings or not all(strings):
            found.append(f"untranslated: {ids[0]!r} ({message.locations[0][0]})")
        elif any(set(PLACEHOLDER.findall(s)) != set(PLACEHOLDER.findall(ids[-1])) for s in strings):
            found.append(f"placeholders differ: {ids[0]!r}")
    for message in translated:
        one = message.id[0] if isinstance(message.id, tuple) else message.id
        if one and code.get(one, message.context) is None:
            found.append(f"stale: {one!r}")
    return found


def update() -> None:
    catalog = read_catalogue()
    catalog.update(messages_in_code(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, no_location=True, omit_header=False, sort_output=True)
    CATALOGUE.write_bytes(buffer.getvalue())


def main() -> int:
    if "--check" not in sys.argv:
        update()
    found = problems()
    print("\n".join(found) or "every message is translated")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

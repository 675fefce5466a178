"""The audit log in words: every name that the code records has its sentence."""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from webapp.access import PERMISSIONS
from webapp.audit import page, wording
from webapp.audit.store import Event

WEBAPP = Path(__file__).parents[2] / "webapp"


def names_in_code() -> dict[str, str]:
    """What the code records -> the file that does.

    Rooms call `record` through a step of their own: texts given to such a step are
    names, and so is every text that begins like one of a known group.
    """
    found: dict[str, str] = {}
    for path in sorted(WEBAPP.rglob("*.py")):
        source = path.read_text("utf-8")
        if "webapp.audit" not in source or (path.parent.name == "audit" and path.stem != "signing"):
            continue
        for node in ast.walk(ast.parse(source)):
            found |= dict.fromkeys(_names(node), str(path.relative_to(WEBAPP)))
    return found


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        return _built(node)
    if isinstance(node, ast.Constant) and str(node.value).partition(".")[0] in wording.GROUPS:
        texts = [node.value]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record", "_tell", "_log"):
        texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
    else:
        return []
    return [
        text
        for text in texts
        if re.fullmatch(r"[a-z_]{3,20}\.[a-z_]{3,30}", str(text)) and text not in PERMISSIONS
    ]


# Names that are put together: their parts.
BUILT = {"kind": ("attendance", "piece"), "action": ("leave", "hide", "show")}


def _built(node: ast.JoinedStr) -> list[str]:
    made = [""]
    for part in node.values:
        if isinstance(part, ast.Constant):
            made = [words + str(part.value) for words in made]
        elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
            parts = BUILT.get(part.value.id, ("",))
            made = [words + more for words in made for more in parts]
    return [name for name in made if name.partition(".")[0] in wording.GROUPS and "." in name]


def test_each_name_that_the_code_records_has_its_sentence():
    names = names_in_code()
    assert {"account.deleted", "piece.objected", "moderation.hide", "sign_in.done"} <= set(names)
    assert {n: where for n, where in names.items() if n not in wording.SENTENCES} == {}


def test_every_group_can_be_filtered_by_and_has_a_sentence():
    groups = {name.partition(".")[0] for name in wording.SENTENCES}
    assert groups == set(wording.GROUPS)


@pytest.mark.parametrize("what", sorted(wording.SENTENCES))
def test_a_sentence_needs_no_detail_that_might_be_missing(what):
    said = wording.sentence(what, "Maria", "Harbour", {})
    assert said.endswith((".", "–"))
    assert "%(" not in said


def test_an_unknown_name_is_told_as_it_is():
    assert wording.sentence("unit.folded", "Maria", "Harbour", {}) == "Maria: unit.folded"


def test_what_no_member_did_is_the_command_lines_and_a_piece_is_its_authors():
    at = dt.datetime(2026, 5, 4, 22, 30, tzinfo=dt.UTC)
    zone = ZoneInfo("Asia/Shanghai")
    made = page.line(Event("a", at, None, "invitation.made", None, None, {}), {}, zone)
    assert made.sentence.startswith("The command line")
    assert (made.day.isoformat(), made.time) == ("2026-05-05", "06:30")
    piece = Event("a", at, None, "piece.withdrawn", "reflection", "x", {})
    assert page.line(piece, {}, zone).time == ""
    gone = page.line(Event("a", at, "x", "export.own", None, None, {}), {}, zone)
    assert gone.sentence.startswith("Somebody who is no longer here")

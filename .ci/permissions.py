"""Writes docs/permissions.md from webapp/access.py and the app's routes.

python .ci/permissions.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from models.load import load_model
from webapp import access, create_app
from webapp.doors import permission_of
from webapp.settings import Settings

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"

HEAD = """# Who may do what

The written permission table. `webapp/access.py` is its code; a test fails when the two differ, or when a route has no row. `xinde routes --json` prints the routes with their permission for outside checkers.

Who:

- **anyone**: whoever opens the address, signed in or not.
- **member**: somebody who is signed in and belongs to the organisation.
- **author**: the member who wrote the piece. Everybody else gets the same answer as for a piece that does not exist.
- **reader**: a member whom the piece's audience includes, at the moment of asking. Everybody else gets the same answer as for a piece that does not exist.
- **organizer**: a member whom an administrator named to keep the library; administrators may do the same. The study role “organizer”, which members choose themselves, is something else and gives no rights. Reads no more of people's writing than any member.
- **administrator**: a member who keeps the installation. Reads no more of people's writing than any member.

## Permissions

| permission | who | what it allows |
| --- | --- | --- |
"""

AUDIENCES = """
## Who reads a reflection

| state and audience | its author | present members of the unit | every other member | somebody signed out |
| --- | --- | --- | --- | --- |
| draft | yes | no | no | no |
| withdrawn | yes | no | no | no |
| submitted to `my unit` | yes | yes | no | no |
| submitted to `the organisation` | yes | yes | yes | no |
| submitted to `the organisation without my name` | yes, with the name | yes, without the name | yes, without the name | no |

A note is read by its author alone. The draft of a submitted reflection (what was written since) is read by its author alone; readers see the copy that was submitted.

Who decided something of a text, and who brought a file, is shown to organizers only.

What leaves the author's hands in no form (search, suggestions, reasons, related pieces, counts, order, ids, logs): notes, drafts, unit-only pieces outside the unit, withdrawn pieces, what one works on, interests, deeds (read, saved, set aside), places in texts, and lists of suggestions.

## Routes

| route | methods | permission |
| --- | --- | --- |
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(data=Path(folder), model="hashing"),
            model=load_model("hashing", Path(folder)),
            TESTING=True,
        )
        lines = [HEAD]
        lines += [f"| `{p.name}` | {p.who} | {p.sentence} |\n" for p in access.PERMISSIONS.values()]
        lines.append(AUDIENCES)
        for rule in sorted(
            app.url_map.iter_rules(), key=lambda r: (r.rule, sorted(r.methods or ()))
        ):
            methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            lines.append(f"| `{rule.rule}` | {methods} | `{permission_of(app, rule.endpoint)}` |\n")
    DOCUMENT.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()

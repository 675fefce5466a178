"""Answers of a load file: what they refer to, and writing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webapp.answers import anchors, threads
from webapp.answers.paragraphs import paragraphs
from webapp.answers.tables import Answer
from webapp.ids import derived_id
from webapp.loading.fields import shown
from webapp.loading.references import Resolved, World
from webapp.loading.shape import Document, Item, Problems
from webapp.reflections.tables import Reflection

if TYPE_CHECKING:
    from webapp.loading.writing import Writer


def resolve(document: Document, world: World, out: Resolved, problems: Problems) -> None:
    """Members are looked up already. Whoever answers must be able to read the piece."""
    pieces = {item.key: item for item in document["reflections"]}
    before: dict[str, Item] = {}
    for item in document["answers"]:
        name, to = item.values["reflection"], item.values["to"]
        piece = pieces.get(name or "")
        if name and piece is None and world.derived("reflection", name) not in world.reflection_ids:
            problems.add(
                f"{item.path}.reflection",
                f"is {shown(name)}; there is no reflection of that key, in the file or loaded before",
            )
        if to is None and item.values["kind"] is None:
            problems.add(f"{item.path}.kind", "is missing; it is echo, question or suggestion")
        if to is not None:
            above = before.get(to)
            if above is None or above.values["to"] or above.values["reflection"] != name:
                problems.add(
                    f"{item.path}.to",
                    f"is {shown(to)}; it must be an answer to the same reflection that stands before it in the file",
                )
        if piece is not None:
            _of_piece(item, piece, world, out, problems)
        before[item.key] = item


def _of_piece(item: Item, piece: Item, world: World, out: Resolved, problems: Problems) -> None:
    author, paragraph = item.values["author"], item.values["paragraph"]
    if piece.values["status"] != "submitted":
        problems.add(f"{item.path}.reflection", f"is {shown(piece.key)}, which is not submitted")
    elif author == piece.values["author"] and item.values["to"] is None:
        problems.add(f"{item.path}.author", "is the author of the reflection, who only replies")
    unit = out.reflection_unit.get(piece.path)
    id = world.derived("member", author or "")
    units = out.members_units.get(id, world.member_units.get(id, ()))
    if unit and author and author != piece.values["author"] and unit not in units:
        problems.add(f"{item.path}.author", f"is {shown(author)}, who cannot read that reflection")
    if paragraph is not None:
        there = paragraphs(out.bodies.get(piece.path) or "")
        if paragraph > len(there) or not there[paragraph - 1].answerable:
            problems.add(
                f"{item.path}.paragraph",
                f"is {paragraph}; the reflection has no such paragraph that can be answered",
            )


def write(writer: Writer, item: Item, position: int, before: Any) -> Any:
    """One answer; None when its author changed it in Xinde since."""
    organisation, values = writer.organisation.id, item.values
    id = derived_id("answer", item.key)
    answer = writer.session.get(Answer, (organisation, id))
    if before is not None and (answer is None or answer.edited_at or answer.taken_back_at):
        return None
    piece = writer.session.get(
        Reflection, (organisation, derived_id("reflection", values["reflection"]))
    )
    assert piece is not None
    member, at = derived_id("member", values["author"]), writer.when(item, "written_at")
    if member == piece.member_id and piece.audience == "anonymous":
        at = threads.time_kept(at, nth=position, zone=writer.zone)
    if answer is None:
        answer = Answer(organisation_id=organisation, id=id)
        writer.session.add(answer)
    answer.reflection_id, answer.member_id = piece.id, member
    answer.parent_id = derived_id("answer", values["to"]) if values["to"] else None
    answer.kind = "reply" if values["to"] else values["kind"]
    answer.body, answer.at = values["body"], at
    there = paragraphs(piece.published_body)
    number = values["paragraph"]
    found = there[number - 1] if number and number <= len(there) and not values["to"] else None
    answer.paragraph, answer.quote = (
        (number, anchors.quote_of(found.words)) if found else (None, "")
    )
    writer.session.flush()
    return 1

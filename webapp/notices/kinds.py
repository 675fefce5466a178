"""What a member can be told of. Pure."""

from __future__ import annotations

ANSWERED = ("echo", "question", "suggestion", "reply")  # about "answer/<id>"
MODERATED = ("hidden", "shown")  # about "answer/<id>" or "reflection/<id>"
REVIEWED = ("asked_back", "accepted")  # about "review/<id>"
BELONGING = ("taken_in", "let_go")  # about "unit/<id>"
KINDS = (*ANSWERED, *MODERATED, *REVIEWED, *BELONGING)

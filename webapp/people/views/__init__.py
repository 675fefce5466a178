"""Pages of people: members, invitations, tables in and out."""

from __future__ import annotations

from webapp.people.views import exports, imports, invitations, members
from webapp.people.views.blueprint import bp

__all__ = ["bp", "exports", "imports", "invitations", "members"]

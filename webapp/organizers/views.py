"""Pages of organizers."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("organizers", __name__)

"""Pages of suggestions."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("suggestions", __name__)

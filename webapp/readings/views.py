"""Pages of readings."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("readings", __name__)

"""Pages of reflections."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reflections", __name__)

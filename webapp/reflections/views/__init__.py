"""Pages of reflections: each file is one thing that people do with them."""

from webapp.reflections.views import browsing, kept_versions, reading, submitting, writing
from webapp.reflections.views.blueprint import bp

__all__ = ["bp", "browsing", "kept_versions", "reading", "submitting", "writing"]

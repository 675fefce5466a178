"""Pages of reading lists: each file is one thing that people do with them."""

from webapp.themes.views import building, leaving, lists, publishing, wishing
from webapp.themes.views.blueprint import bp

__all__ = ["bp", "building", "leaving", "lists", "publishing", "wishing"]

"""Pages of units: who sees them, who changes them, and the administrator's lists."""

from webapp.units import news
from webapp.units.views import browsing, changing, listing, people
from webapp.units.views.blueprint import bp

__all__ = ["bp", "browsing", "changing", "listing", "news", "people"]

"""Pages and feeds of reminders: each file is one thing that is done with them."""

from webapp.reminders.views import feeds, settings, stopping
from webapp.reminders.views.blueprint import bp

__all__ = ["bp", "feeds", "settings", "stopping"]

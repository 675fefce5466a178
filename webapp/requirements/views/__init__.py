"""The pages of requirements."""

from webapp.requirements.views import entering, following, own, planning, withdrawing
from webapp.requirements.views.blueprint import bp

__all__ = ["bp", "entering", "following", "own", "planning", "withdrawing"]

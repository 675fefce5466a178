"""Pages of answers: each file is one thing that people do with them."""

from webapp.answers.views import answering, moderating
from webapp.answers.views.blueprint import bp

__all__ = ["answering", "bp", "moderating"]

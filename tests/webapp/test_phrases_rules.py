"""A phrase of a template: in the language of the page, with its values made safe."""

from __future__ import annotations

import pytest
from flask import Flask, render_template

from webapp import phrases

TEMPLATES = {
    "page.html": '{% from "piece.html" import piece %}{{ _("Hello") }}, '
    '{{ _("%(name)s & co", name=name) }}, {{ _("100%%") }}, '
    '{{ ngettext("%(num)s text", "%(num)s texts", 2) }}, {{ pgettext("done", "Read") }}; '
    '{% trans %}Hello{% endtrans %}; {% for n in (1, 2) %}{{ piece("Hello") }}{% endfor %}',
    "piece.html": "{% macro piece(said) %}{{ _(said) }} {% endmacro %}",
    "mail.txt": '{{ _("%(name)s & co", name=name) }}, {{ ngettext("one", "many", 1) }}',
}


class Catalogue:
    """Of one language: it says which, before every phrase."""

    def __init__(self, name):
        self.name = name

    def ugettext(self, said):
        return f"{self.name}:{said}"

    def ungettext(self, one, many, n):
        return f"{self.name}:{one if n == 1 else many}"

    def upgettext(self, context, said):
        return f"{self.name}:{context}/{said}"


@pytest.fixture
def pages(monkeypatch):
    """Renders a template in a language."""
    from jinja2 import DictLoader

    app = Flask(__name__)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.loader = DictLoader(TEMPLATES)
    phrases.init_app(app)
    catalogues = {"en": Catalogue("en"), "zh": Catalogue("zh")}

    def rendered(template, language, **values):
        monkeypatch.setattr(phrases, "get_translations", lambda: catalogues[language])
        return render_template(template, **values)

    with app.test_request_context():
        yield rendered


def test_phrases_are_of_the_language_of_each_page_and_their_values_are_escaped(pages):
    for language in ("en", "zh", "en"):  # one after the other in one request
        assert pages("page.html", language, name="<b>") == (
            f"{language}:Hello, {language}:&lt;b&gt; & co, {language}:100%, {language}:2 texts, "
            f"{language}:done/Read; {language}:Hello; {language}:Hello {language}:Hello "
        )


def test_in_a_mail_nothing_is_escaped(pages):
    assert pages("mail.txt", "zh", name="<b>") == "zh:<b> & co, zh:one"


def test_a_phrase_is_made_safe_once(pages):
    pages("page.html", "en", name="one")
    counted = []
    plain = Catalogue.ugettext
    Catalogue.ugettext = lambda self, said: counted.append(said) or plain(self, said)
    try:
        pages("page.html", "en", name="two")
    finally:
        Catalogue.ugettext = plain
    assert counted == []

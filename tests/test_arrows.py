"""The four packages import one way: webapp -> recommender -> corpus, models."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "corpus": {"corpus"},
    "models": {"models"},
    "recommender": {"recommender", "corpus", "models"},
    "webapp": {"webapp", "recommender", "corpus", "models"},
}
# The running app opens the model in one place; set-up and the command line's
# `models` noun make it ready.
OPENS_THE_MODEL = ("webapp/resources.py", "webapp/texts/building.py", "webapp/cli/")


def packages_imported(source: str) -> set[str]:
    """Which of our packages a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            found.add("too many dots")
        elif isinstance(node, ast.Call) and _is_import_call(node):
            found.add(str(node.args[0].value).split(".")[0])  # type: ignore[attr-defined]
    return found & (set(MAY_IMPORT) | {"too many dots", "tests"})


def _is_import_call(node: ast.Call) -> bool:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    named = bool(node.args) and isinstance(node.args[0], ast.Constant)
    return name in ("import_module", "__import__") and named


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_import_points_the_right_way(package):
    modules = sorted((ROOT / package).rglob("*.py"))
    assert modules
    wrong = {
        str(module.relative_to(ROOT)): extra
        for module in modules
        if (extra := packages_imported(module.read_text("utf-8")) - MAY_IMPORT[package])
    }
    assert wrong == {}


def test_the_web_app_opens_the_model_in_one_place():
    wrong = [
        name
        for module in sorted((ROOT / "webapp").rglob("*.py"))
        if "models.load" in module.read_text("utf-8")
        and not (name := str(module.relative_to(ROOT))).startswith(OPENS_THE_MODEL)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import webapp", {"webapp"}),
        ("from webapp.members import store", {"webapp"}),
        ("def f():\n    import recommender.index as i", {"recommender"}),
        ("import importlib\nimportlib.import_module('models.load')", {"models"}),
        ("from ..webapp import x", {"too many dots"}),
        ("import json\nfrom . import store", set()),
    ],
)
def test_the_reader_of_imports_misses_none(source, found):
    assert packages_imported(source) == found

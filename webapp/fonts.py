"""The reading typeface: Literata, cut once to what Latin pages need.

The package carries the whole variable font (1.5 MB a file, every script and
optical size). A page needs Latin letters at reading size, upright and italic,
in the weights of text and headings. Chinese uses the device's own fonts.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flask import Flask, Response, abort, current_app, send_from_directory

from webapp.access import needs

FACES = {
    "literata.woff2": "Literata[opsz,wght].ttf",
    "literata-italic.woff2": "Literata-Italic[opsz,wght].ttf",
}
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2027),
    0x2030,
    0x2032,
    0x2033,
    0x2039,
    0x203A,
    0x20AC,
    0x2212,
]
TEXT_SIZE = 14  # of the optical size axis, in points
YEAR = 365 * 24 * 3600


def make_ready(folder: Path) -> None:
    """Write the faces that `folder` does not have yet. Takes seconds, once."""
    missing = [name for name in FACES if not (folder / name).exists()]
    if not missing:
        return
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    folder.mkdir(parents=True, exist_ok=True)
    for name in missing:
        with files("fontpkg_literata").joinpath("files", FACES[name]).open("rb") as source:
            font = TTFont(source)
            options = subset.Options(
                flavor="woff2", layout_features=["kern", "liga", "onum", "pnum", "tnum", "lnum"]
            )
            cut = subset.Subsetter(options)
            cut.populate(unicodes=LATIN)
            cut.subset(font)
            font = instancer.instantiateVariableFont(font, {"opsz": TEXT_SIZE, "wght": (400, 700)})
            part = folder / f"{name}.part"
            subset.save_font(font, str(part), options)
        part.replace(folder / name)


@needs("site.visit")
def face(name: str) -> Response:
    if name not in FACES:
        abort(404)
    answer = send_from_directory(
        (current_app.config["XINDE"].data / "fonts").resolve(), name, max_age=YEAR
    )
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}"
    return answer


def init_app(app: Flask) -> None:
    app.add_url_rule("/fonts/<name>", "font", face)

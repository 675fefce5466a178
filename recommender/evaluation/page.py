"""Findings as one HTML file that needs nothing else: sentences, plots, a table."""

from __future__ import annotations

from html import escape

from recommender.evaluation.intervals import Interval
from recommender.evaluation.report import LEARNED, MEASURES, Findings, Row
from recommender.evaluation.wording import introduction, verdict, word

LABEL, WIDTH, LINE = 230, 700, 26  # of a plot, in SVG units

STYLE = """
:root { color-scheme: light dark; --ink: #1d1b18; --paper: #fdfcf9; --bar: #b9c7d6; --own: #9c4a2f; --line: #d9d4c9 }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8e0; --paper: #1b1a18; --bar: #4c5d70; --own: #d98a6c; --line: #45423c } }
body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.6 Georgia, "Songti SC", "Noto Serif CJK SC", serif }
h1, h2 { line-height: 1.25 } h2 { margin-top: 2.5rem }
svg { width: 100%; height: auto } svg text { fill: var(--ink); font-size: 13px } .bar { fill: var(--bar) } .own { fill: var(--own) } .whisker { stroke: var(--ink) }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .875rem } th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child, td:first-child, td:nth-child(2), th:nth-child(2) { text-align: left }
"""


def page(found: Findings, language: str) -> str:
    title = escape(word("title", language))
    code = "zh-Hans" if language == "zh" else "en"
    body = [
        f"<h1>{title}</h1>",
        *(f"<p>{escape(line)}</p>" for line in introduction(found, language)),
    ]
    for comparison in found.comparisons:
        rows = [row for row in found.rows if row.group == comparison.group]
        own = next(row for row in rows if row.method == LEARNED)
        body.append(f"<h2>{escape(word(comparison.group, language))}</h2>")
        body.append(f"<p>{escape(verdict(own, comparison, language))}</p>")
        body += [plot(rows, measure, language) for measure in ("recall", "ndcg")]
    body.append(f"<h2>{escape(word('weights', language))}</h2>{_weights(found, language)}")
    body.append(f"<h2>{escape(word('table', language))}</h2>{_table(found, language)}")
    return (
        f'<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def plot(rows: list[Row], measure: str, language: str) -> str:
    """Bars with whiskers, one for each method, from 0 on."""
    top = max([row.of[measure].high for row in rows] + [1e-6])
    name = f"{word(measure, language)}, {word(rows[0].group, language)}"
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {LINE * (len(rows) + 1)}" role="img" aria-label="{escape(name)}">',
        f'<text x="0" y="16">{escape(word(measure, language))}</text>',
    ]
    for place, row in enumerate(rows, 1):
        parts.append(_bar(row, row.of[measure], place * LINE, (WIDTH - LABEL - 60) / top, language))
    return "".join([*parts, "</svg>"])


def _bar(row: Row, value: Interval, y: int, unit: float, language: str) -> str:
    kind = "own" if row.method == LEARNED else "bar"
    end, low, high = (LABEL + unit * v for v in (value.mean, value.low, value.high))
    return (
        f'<text x="0" y="{y + 17}">{escape(word(row.method, language))}</text>'
        f'<rect class="{kind}" x="{LABEL}" y="{y + 4}" width="{max(end - LABEL, 0.5):.1f}" height="{LINE - 8}"/>'
        f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y + LINE / 2}" y2="{y + LINE / 2}"/>'
        f'<text x="{high + 6:.1f}" y="{y + 17}">{value.mean:.3f}</text>'
    )


def _weights(found: Findings, language: str) -> str:
    head = f'<tr><th scope="col">{escape(word("method", language))}</th><th scope="col">{escape(word("weight", language))}</th></tr>'
    lines = (
        f"<tr><td>{escape(word(n, language))}</td><td>{w:.2f}</td></tr>" for n, w in found.weights
    )
    return f'<div class="wide"><table>{head}{"".join(lines)}</table></div>'


def _table(found: Findings, language: str) -> str:
    names = ("group", "method", *MEASURES, "coverage")
    head = "".join(f'<th scope="col">{escape(word(name, language))}</th>' for name in names)
    lines = "".join(_line(row, language) for row in found.rows)
    return f'<div class="wide"><table><tr>{head}</tr>{lines}</table></div>'


def _line(row: Row, language: str) -> str:
    numbers = "".join(
        f"<td>{v.mean:.3f} ({v.low:.3f}–{v.high:.3f})</td>" for v in (row.of[m] for m in MEASURES)
    )
    return (
        f"<tr><td>{escape(word(row.group, language))} ({row.of['recall'].members})</td>"
        f"<td>{escape(word(row.method, language))}</td>{numbers}<td>{row.coverage:.3f}</td></tr>"
    )

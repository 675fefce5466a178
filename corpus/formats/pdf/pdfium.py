"""How the lines of a page are got out of pdfium.

pdfium answers through ctypes, and a call for each character would cost many
times the extraction itself. So the words of a page are taken in one call, and
only a few questions are asked for each line.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from corpus.formats.pdf.lines import CELL_GAP, Line, Page, Style, marked, once, whole
from corpus.formats.pdf.signs import MARKER, RAISED, UNUSUAL, clean, garbage

MAX_CHARS = 1_000_000  # on one page
WIDE = 0.62  # of the size: letters that take more on average have wide gaps among them
VERTICAL = 5  # Chinese set in columns
PLAIN: Style = (False, False)

_LETTER = re.compile(r"[^\W\d_]")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_ONE_CJK = re.compile(f"[{_CJK}]")
_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
_AFTER_LIGATURE = re.compile(r"(?<=f[fil]) (?=[a-z])")
_LINE_END = re.compile("\r\n|\r|\n|\ufffe")
_SPACES = re.compile(" +")
_NOTE_MARK = re.compile(r"\d{1,3}")

_Box = Sequence[float]  # left, top, right, bottom
_Run = tuple[int, int, Style]  # from, to, style


class TooMuch(Exception):
    """A page holds more than a page can."""


class Printed:
    """Reads the pages of a document that is open (a pypdfium2 PdfDocument)."""

    def __init__(self, document: Any):
        import pypdfium2.raw as raw

        self._raw, self._document = raw, document.raw
        self._fonts: dict[int, Style] = {}
        number, address = ctypes.c_int, ctypes.c_void_p

        def plain(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
            # With addresses as plain numbers a call takes half the time.
            function = ctypes.cast(getattr(raw, name), address).value
            assert function is not None
            return ctypes.PYFUNCTYPE(result, *arguments)(function)

        self.index = plain("FPDFText_GetCharIndexFromTextIndex", number, address, number)
        self.generated = plain("FPDFText_IsGenerated", number, address, number)
        self.count_rects = plain("FPDFText_CountRects", number, address, number, number)
        self.rect = plain("FPDFText_GetRect", number, address, number, *[address] * 4)
        self.loose = plain("FPDFText_GetLooseCharBox", number, address, number, address)
        self.matrix = plain("FPDFText_GetMatrix", number, address, number, address)
        self.origin = plain("FPDFText_GetCharOrigin", number, address, number, address, address)
        self.font_size = plain("FPDFText_GetFontSize", ctypes.c_double, address, number)
        self.object = plain("FPDFText_GetTextObject", address, address, number)
        self._font = plain("FPDFTextObj_GetFont", address, address)
        # What the calls above write to, and how it is read at once.
        doubles, floats = (ctypes.c_double * 4)(), (ctypes.c_float * 6)()
        at = ctypes.addressof(doubles)
        self.four_at = (at, at + 8, at + 16, at + 24)
        self.floats_at = ctypes.addressof(floats)
        self.four = memoryview(doubles).cast("B").cast("d").tolist
        self.floats = memoryview(floats).cast("B").cast("f").tolist

    def page(self, number: int) -> Page | None:
        """The page's lines as they follow each other in the file; None where the
        page cannot be read."""
        raw = self._raw
        page = raw.FPDF_LoadPage(self._document, number)
        if not page:
            return None
        text_page = raw.FPDFText_LoadPage(page)
        try:
            return self._page(number, page, text_page) if text_page else None
        finally:
            if text_page:
                raw.FPDFText_ClosePage(text_page)
            raw.FPDF_ClosePage(page)

    def _page(self, number: int, page: Any, text_page: Any) -> Page:
        box = self._page_box(page)
        answer = Page(number, box[2] - box[0], box[3] - box[1])
        count = self._raw.FPDFText_CountChars(text_page)
        if count > MAX_CHARS:
            raise TooMuch
        if count <= 0:
            return answer
        text = self._text(text_page, count)
        answer.chars = len(text) - text.count(" ") - 2 * text.count("\r\n")
        answer.garbage = garbage(text)
        handle = ctypes.cast(text_page, ctypes.c_void_p).value or 0
        found = _Found(self, handle, number, box, text, straight=len(text) == count)
        answer.lines, turn = found.lines()
        if turn % 2:
            answer.width, answer.height = answer.height, answer.width
        return answer

    def _page_box(self, page: Any) -> _Box:
        """Left, bottom, right, top."""
        raw, sides = self._raw, [ctypes.c_float() for _ in range(4)]
        given = [ctypes.byref(side) for side in sides]
        if raw.FPDFPage_GetCropBox(page, *given) or raw.FPDFPage_GetMediaBox(page, *given):
            left, bottom, right, top = (side.value for side in sides)
            if right - left > 1 and top - bottom > 1:
                return left, bottom, right, top
        return 0.0, 0.0, raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)

    def _text(self, text_page: Any, count: int) -> str:
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        written = self._raw.FPDFText_GetText(text_page, 0, count, buffer)
        data = memoryview(buffer).cast("B")[: max(0, written - 1) * 2]
        return bytes(data).decode("utf-16-le", "replace")

    def style(self, text_object: int) -> Style:
        """Whether a text object is bold, and whether it is italic."""
        font = self._font(text_object)
        if not font:
            return PLAIN
        if font not in self._fonts:
            self._fonts[font] = self._font_style(font)
        return self._fonts[font]

    def _font_style(self, address: int) -> Style:
        raw = self._raw
        font = ctypes.cast(address, raw.FPDF_FONT)
        buffer, angle = ctypes.create_string_buffer(256), ctypes.c_int(0)
        raw.FPDFFont_GetBaseFontName(font, buffer, 256)
        name = buffer.value.decode("utf-8", "replace")
        flags = max(0, raw.FPDFFont_GetFlags(font))
        raw.FPDFFont_GetItalicAngle(font, ctypes.byref(angle))
        heavy = re.search(r"bold|black|heavy|demi|simhei|heiti", name, re.IGNORECASE)
        slanted = re.search(r"italic|oblique", name, re.IGNORECASE)
        return (
            bool(heavy) or raw.FPDFFont_GetWeight(font) >= 600 or bool(flags & 1 << 18),
            bool(slanted) or angle.value < 0 or bool(flags & 1 << 6),
        )


class _Found:
    """The lines of one page while they are being found."""

    def __init__(
        self, pdf: Printed, handle: int, number: int, box: _Box, text: str, *, straight: bool
    ):
        self.pdf, self.handle, self.number, self.box = pdf, handle, number, box
        self.straight = straight  # indices of characters and of text are the same
        self.text = self._without_false_spaces(text)
        self.unusual = UNUSUAL.search(self.text) is not None

    def lines(self) -> tuple[list[Line], int]:
        """The lines that run the way most of the page runs, and which way that is."""
        by_turn: dict[int, list[Line]] = {}
        at = 0
        for end in _LINE_END.finditer(self.text):
            # pdfium writes U+FFFE for a hyphen at the end of a line, and no other mark.
            self._add(at, end.start(), end[0] == "\ufffe", by_turn)
            at = end.end()
        self._add(at, len(self.text), False, by_turn)
        turn = max(by_turn, key=lambda t: sum(len(x.text) for x in by_turn[t]), default=0)
        left, bottom, right, top = self.box
        width, height = right - left, top - bottom
        if turn % 2:
            width, height = height, width
        inside = (
            x
            for x in by_turn.get(turn, ())
            if x.text and x.x1 > 0 and x.x0 < width and 0 < x.y < height + x.size
        )
        return whole(once(list(inside))), turn

    def _index(self, at: int) -> int:
        return at if self.straight else self.pdf.index(self.handle, at)

    def _without_false_spaces(self, text: str) -> str:
        """Spaces that no reader sees become NUL: those that pdfium puts between
        widely set Chinese characters, and those that lie on top of a ligature."""
        false = []
        for found in _BETWEEN_CJK.finditer(text):
            at = found.start()
            if self.pdf.generated(self.handle, self._index(at)) == 1:
                before, after = self._letter_box(at - 1), self._letter_box(at + 1)
                if after[0] - before[2] < 0.5 * (after[2] - after[0]):
                    false.append(at)
        for found in _AFTER_LIGATURE.finditer(text):
            at = found.start()
            before, space = self._letter_box(at - 1), self._letter_box(at)
            size = before[1] - before[3]
            if space[0] < before[2] - 0.05 * size and (
                self._letter_box(at + 1)[0] < before[2] + 0.1 * size
            ):
                false.append(at)
        if not false:
            return text
        chars = list(text)
        for at in false:
            chars[at] = "\0"
        return "".join(chars)

    def _letter_box(self, at: int) -> _Box:
        """Left, top, right, bottom."""
        self.pdf.loose(self.handle, self._index(at), self.pdf.floats_at)
        left, top, right, bottom, _, _ = self.pdf.floats()
        return left, top, right, bottom

    def _add(self, start: int, end: int, hyphen: bool, by_turn: dict[int, list[Line]]) -> None:
        """One line of pdfium's text becomes a line, or several where it has cells."""
        words = self.text[start:end].strip()
        if not words:
            return
        start = self.text.index(words, start)
        end = start + len(words)
        sample = start + len(words) // 2
        if not self.text[sample].isalpha():
            sample = self._sample(start, words)
        first, last = start, end - 1
        if not self.straight:
            first, last, sample = self._index(first), self._index(last), self._index(sample)
        pdf, handle = self.pdf, self.handle
        count = pdf.count_rects(handle, first, last - first + 1)
        if not pdf.matrix(handle, sample, pdf.floats_at):
            return
        a, b, c, d, _, _ = pdf.floats()
        size = pdf.font_size(handle, sample) * (d if d > 0 and not c else math.hypot(c, d))
        turn = 0 if a > 0 and not b else _turn(a, b)
        if turn is None or not size > 0:
            return
        at1, at2, at3, at4 = pdf.four_at
        pdf.origin(handle, sample, at1, at2)
        x, y, _, _ = pdf.four()
        rects: list[_Box] = []
        for i in range(count):
            pdf.rect(handle, i, at1, at2, at3, at4)
            rects.append(pdf.four())
        if not rects or rects[0][2] <= rects[0][0]:
            # The font is not in the file, and nothing here can draw its letters.
            rects = [_around([self._letter_box(start), self._letter_box(end - 1)])]
        box = rects[0] if len(rects) == 1 else _around(rects)
        high, wide = box[1] - box[3], box[2] - box[0]
        if not turn and high > 2 * size and high > 3 * wide and len(words) > 2:
            turn = VERTICAL
        lines = by_turn.setdefault(turn, [])
        if len(rects) == 1:
            thing = pdf.object(handle, sample)
            style = pdf.style(thing) if thing else PLAIN
            if turn == 0 and wide <= WIDE * size * len(words):  # as most lines are
                text = clean(words) if self.unusual else words
                left, top = self.box[0], self.box[3]
                line = Line(text, self.number, box[0] - left, box[2] - left, top - y, size, *style)
                line.hyphen = hyphen
                lines.append(line)
                return
            runs = [(start, end, style)]
        else:
            runs = self._runs(start, end)
        x0, x1, baseline = self._placed(turn, box, x, y)
        begin = start
        for stop, gap_from, gap_to in () if turn else self._cuts(start, words, runs, rects, size):
            lines.append(self._line(begin, stop, runs, x0, gap_from, baseline, size))
            begin, x0 = stop, gap_to
        lines.append(self._line(begin, end, runs, x0, x1, baseline, size))
        lines[-1].hyphen = hyphen

    def _sample(self, start: int, words: str) -> int:
        """Where a character is that stands for its line: a letter near the middle."""
        found = _LETTER.search(words, len(words) // 2) or _LETTER.search(words)
        return start + (found.start() if found else 0)

    def _placed(self, turn: int, box: _Box, x: float, y: float) -> tuple[float, float, float]:
        """Begin, end and baseline as seen by someone who holds the line upright."""
        own_left, own_top, own_right, own_bottom = box
        left, bottom, right, top = self.box
        match turn:
            case 0:
                return own_left - left, own_right - left, top - y
            case 1:  # upwards
                return own_bottom - bottom, own_top - bottom, x - left
            case 2:  # upside down
                return right - own_right, right - own_left, y - bottom
            case _:  # downwards
                return top - own_top, top - own_bottom, right - x

    def _runs(self, start: int, end: int) -> list[_Run]:
        """The differently set parts of a line, the end of each found by halving."""
        thing, handle = self.pdf.object, self.handle
        runs: list[_Run] = []
        style, at = PLAIN, start
        here = thing(handle, self._index(at))
        while at < end:
            low, high, step = at, end, 8
            beyond = None
            while low + step < high:  # most parts are a few words
                there = thing(handle, low + step if self.straight else self._index(low + step))
                if there == here:
                    low += step
                    step *= 2
                else:
                    high, beyond = low + step, there
            while low + 1 < high:
                middle = (low + high) // 2
                there = thing(handle, middle if self.straight else self._index(middle))
                if there == here:
                    low = middle
                else:
                    high, beyond = middle, there
            if here:  # a space that pdfium found belongs to no object
                style = self.pdf.style(here)
            runs.append((at, high, style))
            at, here = high, beyond
        return runs

    def _cuts(
        self, start: int, words: str, runs: Sequence[_Run], rects: Sequence[_Box], size: float
    ) -> list[tuple[int, float, float]]:
        """Where a line falls into cells: the index that the next one begins at,
        where the gap begins and where it ends."""
        left = self.box[0]
        wide = CELL_GAP * size
        if len(rects) > 1:
            if all(b[0] - a[2] < wide for a, b in pairwise(rects)):
                return []
        elif not _is_wide(words, rects[0][2] - rects[0][0], size):
            return []
        places = {start + space.start(): start + space.end() for space in _SPACES.finditer(words)}
        # Between Chinese cells pdfium sees no space.
        places |= {at: at for at, _, _ in runs[1:] if _is_chinese(self.text[at - 1 : at + 1])}
        cuts: list[tuple[int, float, float]] = []
        widths: list[float] = []
        for end, begin in sorted(places.items()):
            gap_from, gap_to = self._letter_box(end - 1)[2], self._letter_box(begin)[0]
            widths.append(gap_to - gap_from)
            if widths[-1] >= wide:
                cuts.append((begin, gap_from - left, gap_to - left))
        if len(widths) > 1 and max(widths) < min(1.05 * min(widths), 4 * size):
            return []  # a few words stretched over the line
        if cuts and MARKER.fullmatch(words[: cuts[0][0] - start].strip()):
            del cuts[0]  # the number or the dot of a list's item
        return cuts

    def _line(
        self, begin: int, stop: int, runs: list[_Run], x0: float, x1: float, y: float, size: float
    ) -> Line:
        words = self.text[begin:stop].strip()
        if len(runs) == 1:
            bold, italic = runs[0][2]
            text, dressed = words, ""
        else:
            inside = [
                (self.text[max(begin, a) : min(stop, b)], style, a)
                for a, b, style in runs
                if a < stop and b > begin
            ]
            if any(piece.strip().isdigit() for piece, _, _ in inside):
                inside = [(self._raised(p, a, y, size), style, a) for p, style, a in inside]
            text = "".join(piece for piece, _, _ in inside).strip()
            styles = {style for piece, style, _ in inside if piece.strip()} or {PLAIN}
            bold, italic = all(s[0] for s in styles), all(s[1] for s in styles)
            dressed = "" if len(styles) == 1 else marked((p, style) for p, style, _ in inside)
        if self.unusual:
            text, dressed = clean(text), clean(dressed)
        return Line(text, self.number, x0, x1, y, size, bold, italic, dressed)

    def _raised(self, piece: str, at: int, y: float, size: float) -> str:
        """The mark of a note in small raised digits, as signs that say so."""
        digits = piece.strip()
        if not _NOTE_MARK.fullmatch(digits):
            return piece
        pdf, handle = self.pdf, self.handle
        index = self._index(at + piece.index(digits))
        pdf.matrix(handle, index, pdf.floats_at)
        own = pdf.font_size(handle, index) * math.hypot(*pdf.floats()[2:4])
        pdf.origin(handle, index, pdf.four_at[0], pdf.four_at[1])
        up = y - (self.box[3] - pdf.four()[1])
        return piece.translate(RAISED) if own < 0.85 * size and up > 0.15 * size else piece


def _is_chinese(pair: str) -> bool:
    return len(_ONE_CJK.findall(pair)) == 2


def _is_wide(words: str, width: float, size: float) -> bool:
    """Whether a line set in one piece must have gaps in it."""
    usual = WIDE * size * len(words)
    if width <= usual or words.isascii():
        return width > usual
    return width > usual + 0.6 * size * len(_ONE_CJK.findall(words))


def _turn(a: float, b: float) -> int | None:
    """Quarter turns against the clock that a line was given; None for any slant."""
    if abs(b) <= 0.05 * abs(a):
        return 0 if a >= 0 else 2
    if abs(a) <= 0.05 * abs(b):
        return 1 if b > 0 else 3
    return None


def _around(rects: Sequence[_Box]) -> _Box:
    return (
        min(k[0] for k in rects),
        max(k[1] for k in rects),
        max(k[2] for k in rects),
        min(k[3] for k in rects),
    )

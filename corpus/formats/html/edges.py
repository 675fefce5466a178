"""Which lines at the beginning and at the end of a page's text are not of it. Pure.

They have no mark in the page: "You are here: Home > News", "Next chapter",
"By Ana Ito, 2021-04-05", and the title once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from corpus.formats.tree import Flow, letters_of
from corpus.texts import Block

SHORT: Final = 120  # characters; a longer block is text
AT_TOP: Final = 8  # blocks among which such lines are looked for

_EDGE = re.compile(
    r"(?:当前位置|您的位置|您(?:现在)?的?位置|現在位置|你的位置)\s*[:：].*"
    r"|(?:上一?[篇章页頁节節回]|下一?[篇章页頁节節回])\s*(?:[:：].{0,60})?"
    r"|.{0,20}(?:返回目[录錄]|返回首[页頁]|回目[录錄]|回首[页頁]|[打列]印本[页頁]|[关關][闭閉]窗口"
    r"|加入收藏|加入[书書][签籤]|分享到).{0,40}"
    r"|(?:[【\[]?\s*(?:评论|打印|关闭|收藏|分享|大|中|小|字号|纠错|推荐|举报|顶部)\s*[】\]]?\s*){2,}"
    r"|(?:责任编辑|責任編輯|责编|编辑)\s*[:：].{0,30}"
    r"|(?:prev(?:ious)?|next|home|up|top|back to top|index|contents|print|share|tweet|login"
    r"|skip to (?:main )?content)"
    r"(?:\s*[|·•/»«<>-]+\s*(?:prev(?:ious)?|next|home|up|top|index|contents|print|share)\b)*"
    r"|[^>»›]{1,30}(?:[>»›]+[^>»›]{1,40}){2,}"
    r"|(?:copyright|©|\(c\)|版权所有|版權所有|.{0,30}ICP\s*[备備]).{0,150}"
    r"|powered by .{1,60}",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:作者|撰文|文/|记者|記者)\s*[:：]?\s*([\u4e00-\u9fff·]{2,12})(?![\u4e00-\u9fff])"
    r"|^by\s+([A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3})\b"
)
_DATED = re.compile(r"\b(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}")
_SOURCED = re.compile(
    r"来源|來源|作者|编辑|發布|发布|时间|時間|阅读|点击|^by |posted|published", re.IGNORECASE
)


def leads_away(item: object) -> bool:
    """Whether a block is only a way to other pages, or a notice under the text."""
    if not isinstance(item, Block) or len(item.text) > 200:
        return False
    lines = [line.strip("-*[]【】()（）| ") for line in item.text.split("\n")]
    return all(_EDGE.fullmatch(line) for line in lines if line)


def without(items: Flow) -> Flow:
    """Without lines at the beginning and at the end that lead elsewhere."""
    first = next((at for at, item in enumerate(items) if _is_long(item)), 0)
    last, top = len(items), min(first, AT_TOP)
    while last > first and leads_away(items[last - 1]):
        last -= 1
    kept = [item for item in items[:top] if not leads_away(item)] + items[top:last]
    return kept if any(isinstance(item, Block) for item in kept) else items


def _is_long(item: object) -> bool:
    return isinstance(item, Block) and len(item.text) > SHORT


def without_head(items: Flow, said: dict[str, Any], titles: Iterable[str | None]) -> Flow:
    """Without the title said again at the top, and without the line under it
    that says who wrote when: that goes to `said`, where nothing else said so."""
    known = {letters for title in titles if (letters := letters_of(title or ""))}
    kept: Flow = []
    for at, item in enumerate(items):
        if at < AT_TOP and isinstance(item, Block) and not _is_long(item):
            if letters_of(item.text) in known:
                continue
            if (dated := _DATED.search(item.text)) and _SOURCED.search(item.text):
                signed = _SIGNED.search(item.text)
                said["year"] = said.get("year") or dated[0]
                said["author"] = said.get("author") or (signed and (signed[1] or signed[2]))
                continue
        kept.append(item)
    return kept if any(isinstance(item, Block) for item in kept) else items

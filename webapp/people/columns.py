"""Which column of a table says what? Proposed from the words of its first row. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

FIELDS = ("name", "email", "number", "unit", "parent", "path", "kind", "role", "language")

# The words that head such columns, folded; what an own export writes is among them.
_WORDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "full name", "member", "person", "姓名", "名字", "成员", "成员姓名", "人员"),
    "email": (
        "email", "e mail", "mail", "e mail address", "email address", "address",
        "邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址", "电邮",
    ),
    "number": (
        "number", "member number", "member no", "no", "id", "staff number", "employee number",
        "编号", "成员编号", "工号", "学号", "证号", "会员号",
    ),
    "unit": (
        "unit", "branch", "team", "department", "group", "organisation", "organization",
        "组织", "所在组织", "所属组织", "支部", "党支部", "所在支部", "所属支部", "部门", "单位", "小组",
    ),
    "parent": (
        "parent", "parent unit", "belongs to", "above", "unit above",
        "上级", "上级组织", "上级单位", "上级部门", "上级党组织", "隶属", "隶属组织",
    ),
    "path": ("path", "unit path", "full path", "place", "路径", "组织路径", "组织全称", "全称"),
    "kind": ("kind", "type", "kind of unit", "unit kind", "unit type", "类型", "类别", "组织类型", "组织类别"),
    "role": ("role", "roles", "position", "office", "职务", "角色", "职位", "党内职务"),
    "language": ("language", "语言", "语种"),
}  # fmt: skip

# For headings that say more than one word of ours, in the order in which they are asked.
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("parent", ("上级", "隶属", "parent", "belongs")),
    ("path", ("路径", "全称", "path")),
    ("email", ("邮箱", "邮件", "mail")),
    ("kind", ("类型", "类别", "kind", "type")),
    ("role", ("职务", "角色", "role")),
    ("language", ("语言", "language")),
    ("number", ("编号", "工号", "学号", "number")),
    ("name", ("姓名",)),
    ("unit", ("组织", "支部", "部门", "单位", "unit", "branch", "department")),
)


def fold(words: str) -> str:
    """What two spellings of the same words have in common."""
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def proposed(header: Sequence[str]) -> dict[str, int]:
    """For each field that a heading names, its column."""
    folded = [_heading(cell) for cell in header]
    found: dict[str, int] = {}
    for field in FIELDS:
        for at, heading in enumerate(folded):
            if heading in _WORDS[field] and at not in found.values():
                found[field] = at
                break
    for field, parts in _PARTS:
        for at, heading in enumerate(folded):
            if field in found or at in found.values():
                continue
            if any(part in heading for part in parts):
                found[field] = at
    return found


def _heading(cell: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"[(（].*?[)）]", "", fold(cell))).split())


def chosen(given: Mapping[str, str], width: int) -> dict[str, int]:
    """The columns that a form names: no column twice, none that is not there."""
    found: dict[str, int] = {}
    for field in FIELDS:
        said = given.get(field, "")
        if said.isascii() and said.isdigit() and len(said) < 4:
            at = int(said)
            if at < width and at not in found.values():
                found[field] = at
    return found

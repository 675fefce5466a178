"""Importing people, without a database: columns, rows, places, the plan and what it leaves alone."""

from __future__ import annotations

import itertools
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import sheets
from corpus.child import Reader
from corpus.sheets import Sheet
from corpus.texts import TextRefused
from webapp.members import inviting
from webapp.people import columns, rows, sheets_out
from webapp.people.lines import Line
from webapp.people.nearness import Names, one_person
from webapp.people.places import UnitThere
from webapp.people.plan import plan
from webapp.people.planned import Choices, Named, Person, Plan, There
from webapp.units.rules import Node, Rights

ROOT = UnitThere("root", "Harbour School", None, "organisation")
KINDS = [Named("organisation", "Organisation", "组织"), Named("branch", "Branch", "支部")]
ROLES = [
    Named("secretary", "Secretary", "书记"),
    Named("organizer", "Organizer", "学习组织者", True),
]
EMPTY = There([ROOT], KINDS, ROLES)
CHOICES = Choices(below="root", kind="branch")


def planned(text: str, there: There = EMPTY, choices: Choices = CHOICES) -> Plan:
    """The plan for a table, its cells divided by commas."""
    sheet = sheet_of(text)
    ids = (f"new{n}" for n in itertools.count())
    found = rows.rows(sheet, columns.proposed(sheet.rows[0]), headed=True)
    return plan(found, there, choices, lambda: next(ids))


def sheet_of(text: str) -> Sheet:
    lines = [tuple(c.strip() for c in line.split(",")) for line in text.strip().split("\n")]
    return Sheet(tuple(lines), tuple(range(1, len(lines) + 1)))


def after(there: There, done: Plan) -> There:
    """The organisation when the plan was carried out."""
    people = [Person(p.id, p.name, p.email, p.number, p.language, False) for p in done.people]
    changes = {c.id: c.after for c in done.people_changed}
    return There(
        [*there.units, *(UnitThere(id, name, above, kind) for id, name, above, kind in done.units)],
        [*there.kinds, *done.kinds],
        [*there.roles, *done.roles],
        [*(replace(p, **changes.get(p.id, {})) for p in there.people), *people],
        there.memberships | set(done.memberships),
        there.appointments | set(done.appointments),
    )


def codes(done: Plan) -> list[tuple[int, str, str]]:
    return [(p.line, p.field, p.code) for p in done.problems]


# Columns


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("姓名,邮箱,组织,上级组织,类型,职务,语言", "name email unit parent kind role language"),
        ("Name,E-mail,Unit,Parent unit,Kind,Role,Language", "name email unit parent kind role language"),
        ("成员编号,党员姓名,电子邮箱（必填）,所属党支部,党内职务", "number name email unit role"),
        ("Member number,Full name,Path of the unit", "number name path"),
        ("colour,weight", ""),
    ],
)  # fmt: skip
def test_columns_are_known_by_the_words_that_head_them(header, fields):
    found = columns.proposed(header.split(","))
    assert sorted(found, key=found.__getitem__) == fields.split()


# Places


def test_a_chain_of_units_is_made_from_the_top_whatever_the_order_of_rows():
    done = planned("unit,parent\nTeam,Branch\nBranch,Harbour School")
    assert [(name, above) for _id, name, above, _kind in done.units] == [
        ("Branch", "root"), ("Team", "new0"),
    ]  # fmt: skip
    assert not done.problems


def test_a_path_and_a_unit_with_its_parent_are_the_same_unit():
    done = planned("name,unit,parent,path\nA,Hill,Harbour School,\nB,,,Harbour School / Hill")
    assert len(done.units) == 1
    assert {unit for _member, unit in done.memberships} == {"new0"}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("unit,parent\nA,B\nB,A", [(2, "parent", "circle"), (3, "parent", "circle")]),
        ("unit,parent\nA,A", [(2, "parent", "circle")]),
        ("name,unit,parent\nLi,A,Nowhere", [(2, "parent", "no_parent")]),
        ("unit,parent,kind\nA,,branch\nA,,organisation", [(3, "kind", "kind_differs")]),
        ("unit,parent\nO,A\nA,\nB,\nO,B\nX,O", [(6, "parent", "which")]),
        ("name,email,unit\nLi,li@,Hill", [(2, "email", "email")]),
        ("name,email\nLi,li@x.org\nLi,LI@x.org", [(3, "name", "duplicate")]),
        ("name,email\nLi,li@x.org\nWang,li@x.org", [(3, "name", "differs")]),
        ("name,number,email\nLi,7,a@x.org\nWang,7,b@x.org", [(3, "number", "taken_number")]),
        ("name,unit,role\nLi,Hill,clerk", [(2, "role", "unknown_role")]),
        ("name,role\nLi,secretary", [(2, "unit", "role_without_unit")]),
        ("name,unit,language\nLi,Hill,Klingon", [(2, "language", "language")]),
        ("name,unit\nLi,Hill\nLi,Hill", [(3, "name", "duplicate")]),
        ("name,email\n,li@x.org", [(2, "name", "no_name")]),
        ("name\nLi", [(2, "unit", "nowhere")]),
        ("unit,role\nHill,secretary", [(2, "name", "role_of_nobody")]),
        ("name,unit\n" + "x" * 121 + ",Hill", [(2, "name", "long")]),
    ],
)
def test_every_problem_is_named_by_row_and_column(table, expected):
    assert codes(planned(table)) == expected


@pytest.mark.parametrize(
    ("new", "known", "alike"),
    [
        ("Hil", "Hill", True),
        ("Hlil", "Hill", True),
        ("hill  side", "Hill-Side", True),
        ("Hill", "Hill Branch", True),
        ("东成支部", "东城支部", True),
        ("东城", "东城支部", True),
        ("Hill branch", "Hill branch · 山坡支部", True),
        ("东码头支部", "East Quay branch · 东码头支部", True),
        ("East Qay branch", "East Quay branch (东码头支部)", True),
        ("Hill · 第一支部", "Hill · 第二支部", False),
        ("Team (morning)", "Team (evening)", False),
        ("Hill", "Mill", False),
        ("Group 1", "Group 2", False),
        ("Team II", "Team III", False),
        ("第一党支部", "第二党支部", False),
        ("河北支部", "河南支部", False),
        ("财务部", "商务部", False),
    ],
)
def test_a_name_is_near_to_another_where_one_slip_makes_it(new, known, alike):
    kinds = ["Branch", "支部"]
    assert bool(Names([(known, known)], kinds=kinds).near(new)) == alike
    assert bool(Names([(new, new)], kinds=kinds).near(known)) == alike


HILLY = There([ROOT, UnitThere("hill", "Hill", "root", "branch")], KINDS, ROLES)


def test_a_new_name_near_to_a_unit_makes_nothing_until_it_is_said_which_is_meant():
    table = "name,number,unit\nLi,1,Hil\nWang,2,Hill\nZoe,3,Valley"
    first = planned(table, HILLY)
    assert codes(first) == [(2, "unit", "near_unit")]
    assert [name for _id, name, *_rest in first.units] == ["Valley"]
    (asked,) = first.news
    assert (asked.name, asked.line) == ("Hil", 2)
    assert [choice for choice, _place in asked.near] == ["hill"]

    def then(choice: str) -> Plan:
        return planned(table, HILLY, replace(CHOICES, words={asked.mark: choice}))

    meant, new, nonsense = then("hill"), then("+"), then("nowhere")
    assert (meant.problems, [unit[1] for unit in meant.units]) == ([], ["Valley"])
    assert [unit for _member, unit in meant.memberships].count("hill") == 2
    assert (new.problems, [unit[1] for unit in new.units]) == ([], ["Hil", "Valley"])
    assert codes(nonsense) == codes(first)
    assert [each.name for each in meant.news] == ["Hil"]  # the choice can still be changed


def test_of_two_new_names_the_one_of_more_rows_stands_and_the_other_is_asked_about():
    table = "name,number,path\nLi,1,Root / Hil / Team\nWang,2,Root / Hill\nZoe,3,Root / Hill / Team"
    first = planned(table)
    assert codes(first) == [(2, "unit", "near_unit")]
    words = {first.news[0].mark: first.news[0].near[0][0]}
    then = planned(table, choices=replace(CHOICES, words=words))
    assert not then.problems
    assert [name for _id, name, *_rest in then.units] == ["Root", "Hill", "Team"]


def test_a_name_alone_may_mean_a_unit_anywhere_and_one_below_a_parent_only_its_siblings():
    deep = There([*HILLY.units, UnitThere("vale", "Valley", "hill", "branch")], KINDS, ROLES)
    alone = planned("name,number,unit\nLi,1,Valey", deep)
    assert [choice for choice, _place in alone.news[0].near] == ["vale"]
    placed = planned("name,number,path\nLi,1,Harbour School / Valey", deep)
    assert (placed.news, [unit[1] for unit in placed.units]) == ([], ["Valey"])


def test_a_row_with_a_problem_makes_nothing_not_even_its_unit():
    done = planned("name,email,unit\nLi,nonsense,Hill\nWang,wang@x.org,Mill")
    assert [name for _id, name, *_rest in done.units] == ["Mill"]
    assert [p.name for p in done.people] == ["Wang"]
    assert done.left_out == {2}


def test_an_unknown_role_is_added_taken_for_another_or_left_out_as_chosen():
    table = "name,unit,role\nLi,Hill,clerk"
    added = planned(table, choices=replace(CHOICES, words={"role:clerk": "+"}))
    assert [(r.en, a[2]) for r, a in zip(added.roles, added.appointments, strict=True)] == [
        ("clerk", added.roles[0].id)
    ]
    meant = planned(table, choices=replace(CHOICES, words={"role:clerk": "secretary"}))
    assert [role for *_rest, role in meant.appointments] == ["secretary"]
    out = planned(table, choices=replace(CHOICES, words={"role:clerk": "-"}))
    assert (out.appointments, len(out.people)) == ([], 1)


def test_a_role_that_organizes_is_counted_apart():
    done = planned("name,unit,role\nLi,Hill,organizer; 书记")
    assert (len(done.appointments), done.organizing) == (2, 1)


def test_somebody_who_has_joined_keeps_the_own_name_and_language():
    maria = Person("m", "Maria Lopez", "maria@x.org", "", "en", joined=True)
    done = planned(
        "name,email,language,number\nM. Lopez,maria@x.org,zh,12", replace(EMPTY, people=[maria])
    )
    assert [c.after for c in done.people_changed] == [{"number": "12"}]


@pytest.mark.parametrize(
    ("name", "them"),
    [
        ("Maria Smith", False), ("Omar Haddad", False), ("玛丽亚", False),
        ("Lopez, Maria", True), ("M. Lopez", True), ("Maria Teresa Lopez", True),
        ("Maria Lopes", True), ("Maria", True),
    ],
)  # fmt: skip
def test_another_name_of_one_address_is_another_person_unless_it_may_be_the_same(name, them):
    assert one_person(name, "Maria Lopez") == one_person("Maria Lopez", name) == them


def test_a_row_with_the_address_of_a_member_and_another_name_waits_for_a_word():
    maria = Person("m", "Maria Lopez", "maria@x.org", "", "en", joined=True)
    there = There([*HILLY.units], KINDS, ROLES, [maria])
    table = "name,email,unit\nMaria Smith,maria@x.org,Hill"
    first = planned(table, there)
    assert (codes(first), first.memberships) == ([(2, "name", "another")], [])
    (asked,) = first.otherwise.values()
    then = planned(table, there, replace(CHOICES, words={asked.mark: "+"}))
    assert (then.problems, then.memberships) == ([], [("m", "hill")])
    assert then.fingerprint != first.fingerprint


def test_an_address_that_comes_later_belongs_to_the_same_person():
    first = after(EMPTY, planned("name,unit\nLi Wen,Hill"))
    second = planned("name,unit,email\nLi Wen,Hill,li@x.org", first)
    assert not second.people
    assert [c.after for c in second.people_changed] == [{"email": "li@x.org"}]


def test_somebody_who_has_left_is_not_brought_back_by_a_table():
    gone = Person("m", "Maria", "maria@x.org", "", "en", joined=True, left=True)
    done = planned("name,email\nMaria,maria@x.org", replace(EMPTY, people=[gone]))
    assert codes(done) == [(2, "name", "left")]


names = st.sampled_from(["Li", "Wang", "Zhao", "Li ", ""])
units = st.sampled_from(["Hill", "Mill", "Harbour School", ""])
parents = st.sampled_from(["", "", "Hill", "Harbour School"])
emails = st.sampled_from(["", "", "a@x.org", "b@x.org", "c@x.org", "nonsense"])
any_rows = st.lists(
    st.tuples(names, emails, units, parents, st.sampled_from(["", "secretary", "clerk"]),
              st.sampled_from(["", "7", "8"])),
    min_size=1, max_size=8,
)  # fmt: skip


@given(any_rows)
@settings(max_examples=100, deadline=None)
def test_the_same_table_twice_changes_nothing_and_no_two_people_share_an_address(table):
    text = "name,email,unit,parent,role,number\n" + "\n".join(map(",".join, table))
    first = planned(text)
    there = after(EMPTY, first)
    for of in ("email", "number"):
        values = [getattr(p, of) for p in there.people if getattr(p, of)]
        assert len(values) == len(set(values))
    again = planned(text, there)
    # rows that had a problem may be clear once the others are there
    assert first.problems or again.makes_nothing


# Formulas, out and in

DANGEROUS = ["=1+1", "+86 10", "-x", "@sum", "'=x", "''+x", "'quoted'", "O'Brien", "A/B", "Li"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_looks_like_a_formula_leaves_as_text_and_comes_back_the_same(tmp_path, ending):
    lines = [Line(("Root", "A/B > C"), "Branch", "m", name, "", "7", "en") for name in DANGEROUS]
    heads = {f: f for f in columns.FIELDS}
    table = sheets_out.table(lines, heads, private=True)
    body = sheets_out.as_csv(table) if ending == "csv" else sheets_out.as_xlsx(table, "People")
    path = tmp_path / f"people.{ending}"
    path.write_bytes(body)
    sheet = sheets.read(path)
    assert sheet.formulas == frozenset()
    assert not any(cell[:1] in "=+-@" for row in sheet.rows for cell in row if cell)
    found = rows.rows(sheet, columns.proposed(sheet.rows[0]), headed=True)
    assert [row.name for row in found] == DANGEROUS
    assert {row.path for row in found} == {("Root", "A/B > C")}


# Files


def workbook(sheet: str) -> bytes:
    """A workbook whose first sheet is this XML."""
    from openpyxl import Workbook

    plain, out = BytesIO(), BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            ours = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, sheet.encode() if ours else old.read(part.filename))
    return out.getvalue()


SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise("abcdefghij")
) + "]>"  # fmt: skip
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>'
WIDE = '<row r="1"><c r="XFD1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("wide.csv", b"a," * 1_000_000, "1,000,000 columns"),
        ("nul.csv", b"name,email\nA\0B,x\n", "NUL"),
        ("long.csv", b"name\n" + b"x\n" * 20_002, "more than 20000 rows"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b",,,\n,,\n", "no table"),
        ("laughs.xlsx", workbook(f"{LAUGHS}<worksheet {SPACE}><sheetData>{CELL}</sheetData></worksheet>"), "not an Excel workbook that can be read"),
        ("wide.xlsx", workbook(f"<worksheet {SPACE}><sheetData>{WIDE}</sheetData></worksheet>"), "16,384 columns"),
        ("broken.xlsx", b"PK\x03\x04nonsense", "damaged"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old Excel workbook"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_a_sentence(reader, tmp_path, name, body, said):
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(TextRefused, match=said):
        reader.sheet(path)


@pytest.fixture(scope="module")
def reader():
    with Reader() as reader:
        yield reader


def test_a_workbook_that_unpacks_to_more_than_it_may_is_refused_before_it_is_read(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 3 << 20)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        with archive.open("xl/workbook.xml", "w") as part:
            for _megabyte in range(4):
                part.write(bytes(1 << 20))
    with pytest.raises(TextRefused, match="unpack to more than 3 MB"):
        sheets.read(path)


TABLE = "姓名;邮箱;组织\n李文;li@example.org;第一支部\n王芳;;第二支部\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_table_is_read_in_any_encoding(reader, tmp_path, encoding):
    path = tmp_path / "people.csv"
    path.write_bytes(TABLE.encode(encoding))
    assert reader.sheet(path).rows[1] == ("李文", "li@example.org", "第一支部")


def test_a_list_of_names_from_a_chinese_spreadsheet_is_read(reader, tmp_path):
    path = tmp_path / "names.csv"
    path.write_bytes("姓名,组织\n闫骏骥,奚家坞\n翟璐瑶,奚家坞\n".encode("gb18030"))
    assert reader.sheet(path).rows[1] == ("闫骏骥", "奚家坞")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_sign_between_cells_is_found_out(delimiter, tmp_path):
    path = Path(tmp_path / "people.csv")
    lines = [["Name", "Unit"], ['"Lopez, Maria; Ana"', "Hill"], ["Li", '"A\tB"']]
    path.write_text("\n".join(delimiter.join(line) for line in lines))
    assert sheets.read(path).rows[1] == ("Lopez, Maria; Ana", "Hill")


# Invitations

TREE = {
    n.id: n
    for n in (Node("top", "Top", "c"), Node("own", "Own", "b", "top"), Node("low", "Low", "t", "own"),
              Node("shut", "Shut", "t", "own", closed=True))
}  # fmt: skip
LEADER = Rights(units=frozenset({"own", "low", "shut"}), given_in=frozenset({"own"}))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"unit": "low"}, None),
        ({"unit": "own"}, None),
        ({"unit": "top"}, "unit"),
        ({"unit": "shut"}, "unit"),
        ({"unit": "nowhere"}, "unit"),
        ({"unit": "low", "role": "organizer", "organizes": True}, None),
        ({"unit": "own", "role": "organizer", "organizes": True}, "role_too_high"),
        ({"unit": "low", "role": "x", "organizes": None}, "role"),
        ({"unit": "low", "keeps": True}, "keeps"),
        ({"unit": "low", "uses": 0}, "uses"),
        ({"unit": "low", "uses": 501}, "uses"),
        ({"unit": "low", "uses": None}, None),
        ({"unit": "low", "lasts": inviting.LONGEST * 2}, "day"),
    ],
)
def test_a_unit_organizer_invites_within_the_own_units_and_makes_nobody_an_equal(wanted, expected):
    assert (
        inviting.obstacle(TREE, LEADER, inviting.Wanted(**wanted), administrator=False) == expected
    )


def test_a_link_that_makes_organizers_of_everything_is_for_one_person():
    wanted = inviting.Wanted("top", keeps=True, uses=2)
    assert inviting.obstacle(TREE, Rights(everywhere=True), wanted, administrator=True) == "uses"

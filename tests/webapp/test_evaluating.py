"""What may be learned from whom, when it is learned anew, and what the report says of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re

import numpy as np
import pytest
import structlog
from click.testing import CliRunner

from recommender import together
from recommender.evaluation.comparing import MEASURES, Comparison, Row
from recommender.evaluation.earning import Earned, Tried
from recommender.evaluation.intervals import interval
from recommender.evaluation.past import CONTENT, POPULAR, TOGETHER
from recommender.evaluation.report import LEARNED, Findings
from tests.webapp import reflecting
from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, draft, note, submitted
from webapp import languages
from webapp.cli import main
from webapp.community import change, db
from webapp.evaluating import history, page, renewal, speaking, store, wording
from webapp.ids import new_id
from webapp.jobs import queue
from webapp.pages import render
from webapp.readings.tables import Deed
from webapp.reflections import actions as reflections
from webapp.resources import resources
from webapp.themes.tables import ListItem, ReadingList

TEXTS = ("going-to-see", "good-discussion", "small-goals", "hao-taolun-zh", "diaocha-zh")
CITATION = "> Some words.\n>\n> — [A title](reading:{}/1.1)\n\n"


def reading_list(member, audience, texts, *, unit=None) -> str:
    made = new_id()
    with change(db.session) as session:
        session.add(
            ReadingList(
                organisation_id=member.organisation_id,
                id=made,
                member_id=member.id,
                title="A list",
                audience=audience,
                unit_id=unit,
                made_at=NOW,
                changed_at=NOW,
                shared_at=None if audience == "private" else NOW,
            )
        )
        session.flush()
        for place, text in enumerate(texts):
            session.add(
                ListItem(
                    organisation_id=member.organisation_id,
                    list_id=made,
                    position=place,
                    reading_id=f"{text}/1.1",
                    reading_group=text,
                    title="A title",
                )
            )
    return made


def deed(member, kind, text) -> None:
    with change(db.session) as session:
        session.add(
            Deed(
                organisation_id=member.organisation_id,
                id=new_id(),
                member_id=member.id,
                kind=kind,
                reading_id=f"{text}/1.1",
                reading_group=text,
                at=NOW,
            )
        )


def in_private(member, unit) -> None:
    """Everything that must leave no trace."""
    for kind in ("read", "saved", "set_aside"):
        deed(member, kind, "diaocha-zh")
    note(member, "Private", f"Private words. {CITATION.format('diaocha-zh')}")
    draft(member, body=CITATION.format("diaocha-zh") + "Mine.", text_slug="diaocha-zh")
    for audience, where in (("unit", unit), ("anonymous", None)):
        submitted(
            member,
            body=CITATION.format("diaocha-zh") + "Mine.",
            audience=audience,
            unit=where,
            text_slug="diaocha-zh",
        )
    taken_back = submitted(member, text_slug="diaocha-zh")
    reflections.withdraw(db.session, actor(member), taken_back, now=NOW)
    reading_list(member, "private", ["diaocha-zh", "small-goals"])
    reading_list(member, "unit", ["diaocha-zh", "small-goals"], unit=unit)


def in_the_open(member) -> None:
    """Two texts written about together."""
    submitted(member, body="Words about it.", text_slug="going-to-see")
    submitted(
        member,
        body=CITATION.format("small-goals") + "Words of my own.",
        text_slug="good-discussion",
    )


def use(weight: float) -> together.Pairs:
    renewal.renew(Earned(weight, "better", 50, 20, 40, 5))
    found = resources().together
    assert found is not None
    return found


# From whom is learned


def test_only_what_everybody_can_see_is_learned_from(organisation, maria, omar):
    in_private(maria, organisation.harbour)
    in_the_open(omar)
    open_list = reading_list(maria, "organisation", ["going-to-see", "small-goals"])
    past = history.of(db.session, organisation.id)
    assert {(act.who, act.group) for act in past.written} == {
        (omar.id, "going-to-see"),
        (omar.id, "good-discussion"),
        (omar.id, "small-goals"),
    }
    assert {(act.who, act.group) for act in past.listed} == {
        (f"list:{open_list}", "going-to-see"),
        (f"list:{open_list}", "small-goals"),
    }
    assert past.authors == {omar.id}
    assert {act.day for act in past.acts} == {NOW.date()}


def test_a_reflection_on_an_open_list_is_not_learned_from(organisation, maria):
    reading_list(maria, "organisation", ["reflection/abc", "going-to-see"])
    assert [act.group for act in store.listed(db.session, organisation.id)] == ["going-to-see"]


def test_private_acts_do_not_change_the_model_nor_touch_its_file(organisation, maria, omar, li):
    for member in (maria, omar, li):
        in_the_open(member)
    before = use(1.0)
    assert before.gains("going-to-see", ["good-discussion"])[0] > 0
    file = resources().together_path
    stamp = (file.stat().st_mtime_ns, file.read_bytes())
    in_private(li, organisation.harbour)
    renewal.look_again()
    queue.run_waiting()
    assert (file.stat().st_mtime_ns, file.read_bytes()) == stamp


def test_what_is_taken_back_is_forgotten_by_the_next_job(organisation, maria, omar):
    made = {m: submitted(m, body="Words.", text_slug="going-to-see") for m in (maria, omar)}
    for member in (maria, omar):
        submitted(member, body="More words.", text_slug="small-goals")
    assert use(2.0).nearest("going-to-see", 3) == ["small-goals"]
    reflections.withdraw(db.session, actor(maria), made[maria], now=NOW)
    queue.look_again(organisation.id, made[maria])
    queue.run_waiting()
    found = resources().together
    assert found is not None
    assert (found.weight, found.nearest("going-to-see", 3)) == (2.0, [])


def test_a_model_without_weight_keeps_nothing_and_asks_for_no_job(organisation, maria, omar):
    for member in (maria, omar):
        in_the_open(member)
    found = use(0.0)
    assert found.groups == ()
    made = submitted(maria, body="Words.", text_slug="going-to-see")
    queue.look_again(organisation.id, made)
    assert queue.run_waiting() == 1  # the index


def test_an_authors_evidence_is_what_they_published(organisation, maria):
    made = submitted(
        maria, body=CITATION.format("small-goals") + "Published.", text_slug="going-to-see"
    )
    reflections.save(
        db.session,
        actor(maria),
        made,
        title="A title",
        body="Private now.",
        base_version=reflecting.row(maria, made).version,
        now=NOW,
    )
    in_private(maria, organisation.harbour)
    found = history.evidence_of(db.session, organisation.id)([maria.id])[maria.id]
    assert [(e.kind, e.text.strip(), e.group) for e in found if e.text] == [
        ("reflection", "Published.", None)
    ]
    assert [e.group for e in found if e.kind == "written"] == ["going-to-see"]
    assert all(e.prepared is None for e in found)


# When


def test_a_night_with_little_to_learn_from_leaves_content_alone(organisation, maria):
    in_the_open(maria)
    with structlog.testing.capture_logs() as told:
        renewal.nightly()
    assert [line["why"] for line in told if "why" in line] == ["too few acts"]
    found = resources().together
    assert found is not None
    assert (found.weight, found.basis.acts) == (0.0, 3)


def test_a_broken_file_is_told_once_and_changes_nothing(app, maria, client_as):
    resources().together_path.write_bytes(b"broken")
    with structlog.testing.capture_logs() as told:
        assert resources().together is None
        assert resources().together is None
    assert len([line for line in told if "--renew" in line["event"]]) == 1
    assert client_as(maria).get("/").status_code == 200


def test_a_renewed_file_is_used_by_a_process_that_has_the_old_one(organisation, maria, omar):
    assert resources().together is None
    for member in (maria, omar):
        in_the_open(member)
    assert use(1.0).weight == 1.0
    assert use(2.0).weight == 2.0


@pytest.mark.parametrize(
    ("zone", "hour"), [("UTC", 2), ("Asia/Shanghai", 18), ("America/New_York", 6)]
)
def test_it_is_learned_while_the_organisation_sleeps(zone, hour):
    due = queue._in_utc(2, zone, dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC))
    assert due(dt.datetime(2026, 5, 5, hour, 20))
    assert not due(dt.datetime(2026, 5, 5, (hour + 12) % 24, 20))


# What is said


def row(method: str, group: str, mean: float, members: int = 40) -> Row:
    values = np.random.default_rng(0).normal(mean, 0.05, members)
    return Row(method, group, members, {m: interval(values) for m in (*MEASURES, "coverage")})


def earned(gain: float, why: str, *, group: str = "all", members: int = 40) -> Earned:
    noise = np.random.default_rng(1).normal(gain, 0.03, members)
    apart = {m: interval(noise) for m in MEASURES}
    methods = {TOGETHER: 0.4, CONTENT: 0.3, POPULAR: 0.2}
    return Earned(
        2.0 if why == "better" else 0.0,
        why,  # type: ignore[arg-type]
        300,
        members,
        120,
        48,
        interval(noise, level=0.99),
        tuple(Tried(w, interval(w * noise)) for w in (1.0, 2.0)),
        2.0,
        tuple(row(m, group, mean, members) for m, mean in methods.items()),
        (Comparison(group, CONTENT, apart),),
    )


PRAISE = {"en": "more than chance would do", "zh": "不是偶然"}
WEIGHT = {"en": "weight", "zh": "权重是"}
NOISE = {"en": "inside the noise", "zh": "误差范围"}


@pytest.fixture
def said(app):
    """Sentences in a language."""

    def say(language, make):
        with speaking.speaking(language):
            return make()

    return say


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("gain", "why"), [(0.1, "better"), (0.0, "noise"), (-0.1, "worse")])
def test_only_a_difference_beyond_chance_is_praised(said, language, gain, why):
    found = earned(gain, why)
    told = said(language, lambda: " ".join(wording.verdict(found.rows[0], found.comparisons[0])))
    assert (PRAISE[language] in told) == (why == "better")
    assert (NOISE[language] in told) == (why == "noise")
    decision = said(language, lambda: wording.decision(found))
    assert (NOISE[language] in decision) == (why == "noise")
    assert (f"{WEIGHT[language]} 2" in decision) == (why == "better")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_too_little_is_said_with_what_is_needed(said, language):
    few = said(language, lambda: wording.decision(Earned(0.0, "too few acts", 10, 2, 3, 5)))
    assert "10" in few
    assert "40" in few
    authors = said(language, lambda: wording.decision(Earned(0.0, "too few authors", 90, 4, 8, 5)))
    assert "4" in authors
    assert "10" in authors


def test_of_few_members_nothing_is_said(said):
    found = earned(0.5, "better", members=4)
    told = said("en", lambda: wording.verdict(found.rows[0], found.comparisons[0]))
    assert told == ["Only 4 members: too few to say anything."]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_is_one_page_that_needs_nothing_else(said, language):
    html = said(language, lambda: render(page.of_past(earned(0.1, "better"), language))[0])
    assert html.count("<figure>") == html.count("<svg") == html.count("<figcaption>") == 7
    assert html.count("<table") == 8  # one with each figure, and all numbers
    for foreign in ("<script", "http", "src=", "url(", "@import", "<link"):
        assert foreign not in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    assert not re.search(r"\bnan\b", html)


def test_names_of_data_are_escaped(said):
    findings = Findings(
        "<b>data</b>",
        40,
        90,
        90,
        3,
        [row(LEARNED, "all", 0.4), row("EASE 200", "all", 0.3)],
        [Comparison("all", "EASE 200", {m: interval(np.full(40, 0.1)) for m in MEASURES})],
        [("EASE 200", 0.75), ("neighbours", 0.25)],
    )
    html = said("en", lambda: render(page.of_data(findings, "en"))[0])
    assert "&lt;b&gt;data" in html
    assert "<b>data" not in html
    assert "what readers share (EASE)" in html


def test_a_figure_that_goes_below_nought_stays_inside():
    below, above = interval(np.full(9, -0.2)), interval(np.full(9, 0.1))
    drawn = page.figure("t", "s", "ndcg", [("a", True, below), ("b", False, above)])
    for bar in drawn.bars:
        assert page.NAMES <= bar.x <= bar.x + bar.width <= page.WIDTH - page.ROOM + 1
    assert drawn.bars[0].x + drawn.bars[0].width == pytest.approx(drawn.zero)
    assert drawn.bars[1].x == drawn.zero


# The command


@pytest.fixture
def xinde(app, monkeypatch):
    """`xinde evaluate history`, in this app."""
    from contextlib import nullcontext

    from webapp.cli import opening

    monkeypatch.setattr(opening, "community", lambda: nullcontext(app))
    return lambda *arguments: CliRunner().invoke(
        main, ["evaluate", "history", *arguments], catch_exceptions=False
    )


def test_the_command_says_that_there_is_too_little(xinde, organisation, maria, tmp_path):
    in_the_open(maria)
    shown = xinde("--report", str(tmp_path / "past.html"), "--language", "zh")
    assert shown.exit_code == 0
    assert "3" in shown.stdout
    html = (tmp_path / "past.html").read_text("utf-8")
    assert f'lang="{languages.HTML_LANG["zh"]}"' in html
    assert shown.stdout.strip() in html
    assert not resources().together_path.exists()


def test_the_command_prints_numbers_and_renews_when_asked(xinde, organisation, maria):
    in_the_open(maria)
    told = json.loads(xinde("--json", "--renew").stdout)
    assert (told["weight"], told["why"], told["acts"]) == (0.0, "too few acts", 3)
    assert set(told) == {field.name for field in dataclasses.fields(Earned)}
    assert resources().together_path.exists()


def test_a_past_of_many_authors_is_measured_through_the_app(xinde, organisation):
    rng = np.random.default_rng(0)
    for number in range(12):
        member = add_member(organisation, f"Member {number}", organisation.harbour)
        for turn, text in enumerate(rng.permutation(TEXTS)[:4]):
            when = NOW - dt.timedelta(days=80 - 20 * turn - number)
            submitted(member, body=f"What {text} taught us.", text_slug=str(text), now=when)
    shown = xinde("--json")
    told = json.loads(shown.stdout)
    assert told["why"] in ("noise", "worse", "better")
    assert told["authors"] >= 10
    assert {r["group"] for r in told["rows"]} >= {"all"}


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Twenty-four texts of two subjects and their readers, in the benchmark's form."""
    from webapp.cli import evaluate

    monkeypatch.setattr(evaluate, "VECTORS", ())
    monkeypatch.setenv("XINDE_MODEL", "hashing")
    monkeypatch.setenv("XINDE_DATA", str(tmp_path / "nothing"))
    rng = np.random.default_rng(1)
    subjects = ("harbour", "orchard")
    texts = [
        {"id": f"t{k}", "title": f"{subjects[k % 2]} {k}", "text": f"about the {subjects[k % 2]}"}
        for k in range(24)
    ]
    folder = tmp_path / "data"
    split = folder / "splits" / "warm"
    split.mkdir(parents=True)
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, texts)), "utf-8")
    (split / "candidates.txt").write_text("\n".join(text["id"] for text in texts), "utf-8")
    read = {f"m{m}": rng.permutation(np.arange(m % 2, 24, 2))[:7] for m in range(30)}
    for name, some in (("train", slice(2, 7)), ("history", slice(2, 7)), ("test", slice(2))):
        lines = [f"{m}\t{' '.join(f't{k}' for k in row[some])}" for m, row in read.items()]
        (split / f"{name}.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_the_report_on_data_needs_no_organisation(data, tmp_path):
    def run(language):
        html = tmp_path / f"{language}.html"
        shown = CliRunner().invoke(
            main,
            [
                *("evaluate", "report", str(data), "--split", "warm", "--html", str(html)),
                *("--language", language, "--cache", str(tmp_path / "cache")),
            ],
            catch_exceptions=False,
        )
        assert shown.exit_code == 0, shown.output
        return shown.stdout, html.read_text("utf-8")

    told, html = run("en")
    assert told.startswith("everybody:\n  Of what was hidden from 30 members, ")
    assert "data, warm: 30 members ask, 24 texts" in html
    assert "全体" in run("zh")[0]
    assert not (tmp_path / "nothing").exists()

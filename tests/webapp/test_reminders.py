"""The digest by mail: at the member's hour, in their language, once, and stopped at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests.webapp.answering import answered
from tests.webapp.people import NOW, add_member
from tests.webapp.posting import Office, links, office, part, server_context
from tests.webapp.reflecting import actor, submitted
from webapp import clock
from webapp.community import change, db
from webapp.goals import actions as goals
from webapp.goals import setting
from webapp.ids import new_id
from webapp.jobs import queue
from webapp.members.tables import Member
from webapp.reminders import actions, gathering, posting, sending, store
from webapp.reminders.tables import PrivateAddress, Reminder
from webapp.requirements import actions as requirements
from webapp.requirements.asking import Says

PUBLIC = "https://a-rather-long-name.of-an-organisation.example.org"
GOAL = "Ask Zanzibar before the next report"
DAILY = {"rhythm": "daily", "hour": "12", "time_zone": ""}
NOON = NOW.replace(hour=12, minute=0)
ALL = ["study", "desk", "news", "goals", "suggestions", "year_ago"]


@pytest.fixture
def post(app) -> Iterator[Office]:
    with office() as made:
        use(app, made)
        yield made


def use(app: Any, made: Office) -> None:
    app.config["XINDE"] = replace(
        app.config["XINDE"], mail_url=made.url, mail_from="Xinde <study@example.org>",
        public_url=PUBLIC,
    )  # fmt: skip


def at(app: Any, moment: dt.datetime) -> None:
    """What the worker does when it is that moment."""
    app.config["NOW"] = moment
    queue.send_digests()
    queue.run_waiting()
    db.session.rollback()
    db.session.expire_all()


def wants(client_as: Any, member: Any, **more: Any) -> None:
    form = {**DAILY, "contents": ["goals"], **more}
    assert client_as(member).post("/me/reminders", data=form).status_code == 303


def row(member: Any) -> Reminder:
    db.session.rollback()
    found = store.of(db.session, member.organisation_id, member.id)
    assert found is not None
    return found


def set_goal(member: Any, what: str = GOAL) -> str:
    return goals.set_one(
        db.session, actor(member), setting.Wanted(what, by=NOW.date()), goals.Origin(),
        author_may_know=False, key=new_id(), now=NOW,
    )  # fmt: skip


class Html(HTMLParser):
    """What a reader of the HTML part sees, and its language."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.lang, self.addresses = "", []
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        said = dict(attributes)
        if tag == "html":
            self.lang = said["lang"]
        if tag == "a":
            self.addresses.append(said["href"])


def test_a_digest_comes_at_the_members_hour_in_their_language_and_once(app, client_as, li, post):
    """It is 17:30 in Shanghai."""
    set_goal(li, "先请不爱说话的人开口")
    wants(client_as, li, hour="18", time_zone="Asia/Shanghai", contents=ALL)
    assert "2026年5月4日" in client_as(li).get("/me/reminders").text
    at(app, NOW)
    assert post.received == []
    at(app, NOW.replace(hour=10, minute=0))
    (message,) = post.received
    assert post.to == ["li.wen@example.org"]
    assert message["Subject"] == "Harbour School：2026年5月4日的提醒"
    assert message["From"] == "Xinde <study@example.org>"
    plain, html = part(message, "plain"), Html(part(message, "html"))
    assert "有1个实践目标到日子了。" in plain
    assert html.lang == message["Content-Language"] == "zh-Hans"
    assert set(html.addresses) == set(links(plain))
    assert all(one.startswith(f"{PUBLIC}/") for one in html.addresses)
    assert "开口" not in plain + part(message, "html")
    for minute in (1, 30):
        at(app, NOW.replace(hour=10, minute=minute))
    assert len(post.received) == 1
    wants(client_as, li, hour="20", time_zone="Asia/Shanghai")  # no second one on that day
    at(app, NOW.replace(hour=12))
    assert len(post.received) == 1
    at(app, NOW.replace(hour=12) + dt.timedelta(days=1))
    assert len({one["Message-ID"] for one in post.received}) == 2


def test_it_holds_no_words_and_no_name_of_anybody(app, client_as, maria, omar, post):
    title = "What I hid from the office"
    mine = submitted(maria, title, "I hid the bucket.", audience="anonymous")
    answered(omar, mine, "Where was the bucket?")
    set_goal(maria)
    wants(client_as, maria, contents=ALL)
    at(app, NOON)
    (message,) = post.received
    words = message.as_string() + part(message, "plain") + part(message, "html")
    assert "1 person says what a piece of yours stirred in them." in part(message, "plain")
    assert "To read today" in part(message, "plain")
    for private in ("Omar", "bucket", "hid", "Zanzibar", "Maria"):
        assert private not in words.replace("maria.lopez@example.org", ""), private
    for link in links(part(message, "plain")):
        path = urlsplit(link).path
        if not path.startswith("/stop/"):
            assert client_as().get(path).status_code == 302, path  # it asks who is there

    wants(client_as, maria, own_words="1")  # now she wants her own words in it
    at(app, NOON + dt.timedelta(days=1))
    assert f"> {GOAL}" in part(post.received[1], "plain")
    assert GOAL in part(post.received[1], "html")
    assert GOAL not in post.received[1]["Subject"]


def test_with_nothing_new_in_it_there_is_no_mail(app, client_as, maria, omar, post):
    wants(client_as, maria, contents=["goals", "news", "desk"])
    at(app, NOON)
    assert post.received == []
    assert row(maria).next_day == NOW.date() + dt.timedelta(days=1)
    answered(omar, submitted(maria, "Knocking", "I knocked."), "Why?")
    at(app, NOON.replace(minute=5))  # later on the same day: its digest is done with
    assert post.received == []
    at(app, NOON + dt.timedelta(days=1))
    at(app, NOON + dt.timedelta(days=2))  # what was told once is no news any more
    assert len(post.received) == 1


def test_what_is_asked_and_what_waits_is_told_by_title_and_number(
    app, organisation, client_as, maria, ada, post
):
    today = NOW.date()
    says = Says("Two reflections a month", today, today, today + dt.timedelta(days=10), write=2)
    requirements.set_one(
        db.session, actor(ada), organisation.harbour, says, replaces=None, key=new_id(),
        today=today, now=NOW,
    )  # fmt: skip
    submitted(maria, "What I hid", "I hid the bucket.", now=NOW)
    wants(client_as, maria, contents=["study", "desk"])
    wants(client_as, ada, contents=["study", "desk"])
    at(app, NOON)
    mails = dict(zip(post.to, (part(one, "plain") for one in post.received), strict=True))
    hers = mails["maria.lopez@example.org"]
    assert "* Two reflections a month" in hers
    assert "Due on 14 May 2026." in hers
    assert "On your desk" not in hers
    organizers = mails["ada.admin@example.org"]
    assert "1 piece waits for an answer." in organizers
    assert "Two reflections" not in organizers  # asked of another unit
    assert "hid" not in organizers


# Once, whatever happens


def test_a_process_that_dies_on_the_way_sends_no_second_one(
    app, client_as, maria, post, monkeypatch
):
    set_goal(maria)
    wants(client_as, maria)
    handed = posting.Post.send

    def dies(*arguments: Any) -> Any:
        handed(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(posting.Post, "send", dies)
        app.config["NOW"] = NOON
        with pytest.raises(KeyboardInterrupt):
            sending.send()
    for minute in (1, 2, 59):
        at(app, NOON.replace(minute=minute))
    assert len(post.received) == 1
    tomorrow = NOON + dt.timedelta(days=1)
    at(app, tomorrow)
    assert len(post.received) == 2
    (due,) = store.due(db.session, tomorrow + dt.timedelta(days=1), limit=10)
    taken = [
        actions.take_up(db.session, due, zone=clock.zone(), now=tomorrow) for _worker in range(2)
    ]
    assert taken == [True, False]


def test_what_the_server_says_decides_whether_it_is_tried_again(app, client_as, maria, post):
    set_goal(maria)
    wants(client_as, maria)
    post.at_rcpt = ["550 5.7.1 relaying denied"]  # that is about us, not about her address
    post.at_data = ["452 4.3.1 no space"]
    at(app, NOON)
    at(app, NOON.replace(minute=1))
    assert (post.received, row(maria).tries, row(maria).refused_at) == ([], 1, None)
    at(app, NOON.replace(minute=2))
    assert (post.received, row(maria).tries) == ([], 2)
    at(app, NOON.replace(minute=6))
    assert len(post.received) == 1
    assert (row(maria).tries, row(maria).next_day) == (0, NOW.date() + dt.timedelta(days=1))
    post.at_data = ["554 5.6.0 I do not like it"]  # this message, for good
    for minute in (0, 30):
        at(app, NOON.replace(minute=minute) + dt.timedelta(days=1))
    assert (len(post.received), row(maria).refused_at) == (1, None)
    at(app, NOON + dt.timedelta(days=2))
    assert len(post.received) == 2


def test_an_address_that_is_refused_for_good_pauses_the_mail_until_the_member_looked(
    app, client_as, maria, post
):
    set_goal(maria)
    wants(client_as, maria)
    post.at_rcpt = ["550 5.1.1 <maria> no such user"]
    at(app, NOON)
    at(app, NOON + dt.timedelta(days=1))
    assert post.received == []
    page = client_as(maria).get("/me/reminders").text
    assert "The mail server refused your address, maria.lopez@example.org." in page
    assert "no such user" in page
    wants(client_as, maria)
    assert "refused" not in client_as(maria).get("/me/reminders").text
    at(app, NOON + dt.timedelta(days=2))
    assert len(post.received) == 1


def test_who_was_down_sends_when_it_is_back_on_the_same_day_else_not(
    app, client_as, maria, li, post
):
    for member in (maria, li):
        set_goal(member)
        wants(client_as, member)
    settings = app.config["XINDE"]
    app.config["XINDE"] = replace(settings, mail_url="smtp://127.0.0.1:9")  # nobody is there
    at(app, NOON)
    assert row(maria).next_at == NOON
    app.config["XINDE"] = settings
    at(app, NOON.replace(hour=23, minute=50))
    assert sorted(post.to) == ["li.wen@example.org", "maria.lopez@example.org"]
    at(app, NOON.replace(hour=1) + dt.timedelta(days=2))  # we slept through a whole day
    assert len(post.received) == 2
    at(app, NOON + dt.timedelta(days=2))
    assert len(post.received) == 4


def test_a_digest_that_cannot_be_made_keeps_no_other_back(
    app, client_as, maria, li, post, monkeypatch
):
    for member in (maria, li):
        set_goal(member)
        wants(client_as, member)
    made = gathering.sections

    def sections(session: Any, whose: Any, *more: Any) -> Any:
        if whose.me.id == maria.id:
            raise ValueError(GOAL)
        return made(session, whose, *more)

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "sections", sections)
        at(app, NOON)
    assert post.to == ["li.wen@example.org"]
    at(app, NOON.replace(minute=5))
    assert post.to == ["li.wen@example.org", "maria.lopez@example.org"]


def test_many_go_over_one_connection_and_are_found_by_one_query(
    app, client_as, organisation, post, monkeypatch
):
    people = [add_member(organisation, f"Member {n}", organisation.hill) for n in range(7)]
    for member in people:
        set_goal(member)
    with change(db.session) as session:
        for member in people:
            session.add(Reminder(
                organisation_id=organisation.id, member_id=member.id, rhythm="daily", hour=12,
                contents=["goals"], next_at=NOON, next_day=NOON.date(),
            ))  # fmt: skip
    asked = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert len(store.due(db.session, NOON, limit=100)) == 7
    assert [one.split()[0] for one in asked] == ["BEGIN", "SELECT"][-len(asked) :]
    monkeypatch.setattr(sending, "BATCH", 3)
    at(app, NOON)
    assert len(post.received) == 7
    assert len(post.came) == 3  # one for each batch


def test_mail_is_encrypted_where_it_is_offered_and_only_to_whom_we_know(
    app, client_as, maria, tmp_path, monkeypatch
):
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    set_goal(maria)
    wants(client_as, maria)
    with office(tls_context=server_context(trustme.CA())) as stranger:
        use(app, stranger)
        at(app, NOON)
    assert (stranger.received, row(maria).next_at) == ([], NOON)
    with office(tls_context=server_context(authority), require_starttls=True) as ours:
        use(app, ours)
        at(app, NOON)
    assert ours.encrypted == [True]


# Stopping


def test_the_address_in_the_mail_stops_it_with_one_press_and_not_by_being_opened(
    app, client_as, maria, post
):
    set_goal(maria)
    wants(client_as, maria, contents=["goals", "suggestions"])
    at(app, NOON)
    app.config["WTF_CSRF_ENABLED"] = True
    first, nobody = post.received[0], client_as()
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(first["List-Unsubscribe"]).strip("<>")
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in post.raw[0]
    whole = urlsplit(address).path
    part_of_it = f"{whole}/suggestions"
    assert {whole, part_of_it} <= {urlsplit(one).path for one in links(part(first, "plain"))}

    for path in (whole, part_of_it):
        page = nobody.get(path)
        assert page.text.count("<form") == 2  # the button, and the choice of language
        assert "Maria" not in page.text
        assert nobody.head(path).status_code == 200
    assert (row(maria).rhythm, row(maria).contents) == ("daily", ["goals", "suggestions"])

    assert "To read today" in nobody.post(part_of_it).text
    at(app, NOON + dt.timedelta(days=1))
    told = [part(one, "plain") for one in post.received]
    assert ["To read today" in one for one in told] == [True, False]

    one_click = {"List-Unsubscribe": "One-Click"}
    for _twice in range(2):
        assert "Stopped" in nobody.post(whole, data=one_click).text
    assert (row(maria).rhythm, row(maria).next_at) == ("off", None)
    at(app, NOON + dt.timedelta(days=2))
    assert len(post.received) == 2


def test_only_the_hash_of_an_address_is_kept_and_it_ends_with_the_member(
    app, client_as, maria, post
):
    set_goal(maria)
    wants(client_as, maria)
    at(app, NOON)
    path = urlsplit(str(post.received[0]["List-Unsubscribe"]).strip("<>")).path
    token = path.rpartition("/")[2]
    kept = [str(list(one)) for one in db.session.execute(sa.select(PrivateAddress.__table__))]
    assert len(kept) == 1
    assert token not in kept[0]
    for wrong in (token[:-1], token + "a", "x", f"{token}/all"):
        assert client_as().get(f"/stop/{wrong}").status_code == 404
        assert client_as().post(f"/stop/{wrong}").status_code == 404
    assert row(maria).rhythm == "daily"
    with change(db.session) as session:
        session.get(Member, (maria.organisation_id, maria.id)).left_at = NOON
    at(app, NOON + dt.timedelta(days=1))
    assert len(post.received) == 1
    assert client_as().get(path).status_code == 404


# The page


def test_nothing_is_sent_at_first_and_what_cannot_be_is_said(app, client_as, maria):
    me = client_as(maria)
    page = me.get("/me/reminders").text
    assert 'value="off" checked' in page
    assert "This installation sends no mail yet." in page
    assert 'value="desk"' not in page  # she organizes nothing
    assert "/me/reminders" in me.get("/me").text
    form = {"rhythm": "weekdays", "hour": "21", "time_zone": "Mars/Base", "own_words": "1"}
    answer = me.post("/me/reminders", data=form)
    assert answer.status_code == 422
    assert "“Mars/Base” is not the name of a time zone." in answer.text
    assert "Choose at least one day of the week." in answer.text
    assert "Choose at least one thing that the mail may hold." in answer.text
    assert '<option value="21" selected>' in answer.text  # nothing that was chosen is lost
    assert 'value="Mars/Base"' in answer.text
    assert store.own(db.session, actor(maria)) is None

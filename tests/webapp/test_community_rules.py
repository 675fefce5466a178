"""How rows of one organisation are joined."""

from __future__ import annotations

from sqlalchemy.orm import aliased

from webapp.answers.tables import Answer
from webapp.community import named_by
from webapp.members.tables import Member


def test_a_row_is_named_within_its_organisation_and_under_its_own_alias():
    above, author = aliased(Answer), aliased(Member)
    assert str(named_by(Member, Answer.member_id)) == (
        "members.organisation_id = answers.organisation_id AND members.id = answers.member_id"
    )
    assert str(named_by(author, above.member_id)) == (
        "members_1.organisation_id = answers_1.organisation_id"
        " AND members_1.id = answers_1.member_id"
    )

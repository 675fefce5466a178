"""The first tables: people, units, notes, reflections, deeds, day lists.

Types are spelt out here, not imported, so that this step stays as it was
written whatever the code becomes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("default",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("description", sa.String(255), nullable=True),
        sa.Column("permissions", sa.UnicodeText(), nullable=True),
        sa.Column("update_datetime", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_account_roles_name")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("username", sa.String(255), nullable=True),
        sa.Column("password", sa.String(255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("last_login_at", sa.DateTime(), nullable=True),
        sa.Column("current_login_at", sa.DateTime(), nullable=True),
        sa.Column("last_login_ip", sa.String(64), nullable=True),
        sa.Column("current_login_ip", sa.String(64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("tf_primary_method", sa.String(64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(255), nullable=True),
        sa.Column("tf_phone_number", sa.String(128), nullable=True),
        sa.Column("us_totp_secrets", sa.Text(), nullable=True),
        sa.Column("us_phone_number", sa.String(128), nullable=True),
        sa.Column("fs_webauthn_user_handle", sa.String(64), nullable=True),
        sa.Column("mf_recovery_codes", sa.UnicodeText(), nullable=True),
        sa.Column("create_datetime", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column("update_datetime", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_accounts_fs_uniquifier")),
        sa.UniqueConstraint(
            "fs_webauthn_user_handle", name=op.f("uq_accounts_fs_webauthn_user_handle")
        ),
        sa.UniqueConstraint("us_phone_number", name=op.f("uq_accounts_us_phone_number")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.create_table(
        "done_once",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", "key", name=op.f("pk_done_once")),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("name", sa.String(120), nullable=True),
        sa.Column("unit_id", sa.String(32), nullable=True),
        sa.Column("role_id", sa.String(64), nullable=True),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(32), nullable=True),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "study_roles",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("name_zh", sa.String(120), nullable=False),
        sa.Column("duties_en", sa.Text(), nullable=False),
        sa.Column("duties_zh", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_study_roles")),
    )
    op.create_table(
        "units",
        sa.Column("parent_id", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_units")),
    )
    op.create_table(
        "fs_refresh",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refresh_family", sa.String(64), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(), nullable=False),
        sa.Column("create_datetime", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.id"], name=op.f("fk_fs_refresh_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fs_refresh")),
        sa.UniqueConstraint("refresh_family", name=op.f("uq_fs_refresh_refresh_family")),
    )
    op.create_table(
        "members",
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("reads", sa.JSON(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("working_on", sa.Text(), nullable=False),
        sa.Column("working_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("working_on_prepared", sa.LargeBinary(), nullable=True),
        sa.Column("interests", sa.JSON(), nullable=False),
        sa.Column("interests_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("profile_stamp", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_members_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("account_id", name=op.f("uq_members_account_id")),
    )
    op.create_table(
        "roles_users",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["account_roles.id"], name=op.f("fk_roles_users_role_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["accounts.id"], name=op.f("fk_roles_users_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_roles_users")),
    )
    op.create_table(
        "webauthn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=True),
        sa.Column("transports", sa.UnicodeText(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(64), nullable=False),
        sa.Column("extensions", sa.String(255), nullable=True),
        sa.Column("create_datetime", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("usage", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.id"], name=op.f("fk_webauthn_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webauthn")),
    )
    op.create_index(op.f("ix_webauthn_credential_id"), "webauthn", ["credential_id"], unique=True)
    op.create_table(
        "day_lists",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("profile_stamp", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(160), nullable=False),
        sa.Column("cards", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_day_lists_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", "day", name=op.f("pk_day_lists")),
    )
    op.create_table(
        "deeds",
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reading_id", sa.String(160), nullable=False),
        sa.Column("reading_group", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_deeds_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_deeds")),
        sa.UniqueConstraint(
            "organisation_id",
            "member_id",
            "kind",
            "reading_group",
            name=op.f("uq_deeds_organisation_id_member_id_kind_reading_group"),
        ),
    )
    op.create_table(
        "member_roles",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("role_id", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_member_roles_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "member_id", "role_id", name=op.f("pk_member_roles")
        ),
    )
    op.create_table(
        "memberships",
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_memberships_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "unit_id"],
            ["units.organisation_id", "units.id"],
            name=op.f("fk_memberships_organisation_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_memberships")),
    )
    op.create_index(
        "ix_memberships_member", "memberships", ["organisation_id", "member_id"], unique=False
    )
    op.create_index(
        "ix_memberships_unit", "memberships", ["organisation_id", "unit_id"], unique=False
    )
    op.create_table(
        "notes",
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text_slug", sa.String(120), nullable=True),
        sa.Column("passage_id", sa.String(160), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prepared", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_notes_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_notes")),
    )
    op.create_index(
        "ix_notes_mine", "notes", ["organisation_id", "member_id", "updated_at", "id"], unique=False
    )
    op.create_table(
        "places",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("text_slug", sa.String(120), nullable=False),
        sa.Column("passage_id", sa.String(160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_places_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "member_id", "text_slug", name=op.f("pk_places")
        ),
    )
    op.create_table(
        "reflections",
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("text_slug", sa.String(120), nullable=True),
        sa.Column("text_title", sa.String(300), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prepared", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("audience", sa.String(16), nullable=True),
        sa.Column("unit_id", sa.String(32), nullable=True),
        sa.Column("published_title", sa.String(300), nullable=False),
        sa.Column("published_body", sa.Text(), nullable=False),
        sa.Column("published_draft", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=False),
        sa.Column("indexed_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.CheckConstraint(
            "audience is null or audience in ('unit', 'organisation', 'anonymous')",
            name=op.f("ck_reflections_audience"),
        ),
        sa.CheckConstraint(
            "status <> 'submitted' or (audience is not null and (audience <> 'unit' or unit_id is not null))",
            name=op.f("ck_reflections_submitted_to_somebody"),
        ),
        sa.CheckConstraint(
            "status in ('draft', 'submitted', 'withdrawn')", name=op.f("ck_reflections_status")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_reflections_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reflections")),
    )
    op.create_index(
        "ix_reflections_behind",
        "reflections",
        ["organisation_id", "id"],
        unique=False,
        sqlite_where=sa.text("published_version <> indexed_version"),
        postgresql_where=sa.text("published_version <> indexed_version"),
    )
    op.create_index(
        "ix_reflections_mine",
        "reflections",
        ["organisation_id", "member_id", "updated_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_reflections_newest",
        "reflections",
        ["organisation_id", "status", "shown_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_reflections_text",
        "reflections",
        ["organisation_id", "text_slug", "status"],
        unique=False,
    )
    op.create_table(
        "citations",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.String(160), nullable=False),
        sa.Column("text_slug", sa.String(120), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source", sa.String(700), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reflection_id"],
            ["reflections.organisation_id", "reflections.id"],
            name=op.f("fk_citations_organisation_id_reflection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "reflection_id", "position", name=op.f("pk_citations")
        ),
    )
    op.create_index(
        "ix_citations_passage", "citations", ["organisation_id", "passage_id"], unique=False
    )
    op.create_index(
        "ix_citations_text", "citations", ["organisation_id", "text_slug"], unique=False
    )
    op.create_table(
        "reflection_themes",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("theme", sa.String(64), nullable=False),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reflection_id"],
            ["reflections.organisation_id", "reflections.id"],
            name=op.f("fk_reflection_themes_organisation_id_reflection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "theme", "reflection_id", name=op.f("pk_reflection_themes")
        ),
    )
    op.create_table(
        "reflection_versions",
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reflection_id"],
            ["reflections.organisation_id", "reflections.id"],
            name=op.f("fk_reflection_versions_organisation_id_reflection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reflection_versions")),
    )
    op.create_index(
        "ix_reflection_versions_of",
        "reflection_versions",
        ["organisation_id", "reflection_id", "number"],
        unique=False,
    )
    _create_word_search()


def _create_word_search() -> None:
    """Words of published reflections. Not in the metadata: each engine has its own way.

    SQLite: an FTS5 table beside `reflections`, written by `reflections.store` in
    the transaction of the change. PostgreSQL: an index on the column itself.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create virtual table reflection_words using fts5("
            "words, organisation_id unindexed, reflection_id unindexed, "
            "tokenize = 'unicode61 remove_diacritics 0')"
        )
    else:
        op.execute(
            "create index ix_reflections_words on reflections "
            "using gin (to_tsvector('simple', search_text))"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop table reflection_words")
    for table in TABLES:
        op.drop_table(table)


TABLES = (  # those that refer to others first
    "reflection_versions",
    "reflection_themes",
    "citations",
    "reflections",
    "places",
    "notes",
    "memberships",
    "member_roles",
    "deeds",
    "day_lists",
    "webauthn",
    "roles_users",
    "members",
    "fs_refresh",
    "units",
    "study_roles",
    "sign_in_failures",
    "organisations",
    "invitations",
    "done_once",
    "accounts",
    "account_roles",
)

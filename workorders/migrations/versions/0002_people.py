"""People, sessions, API keys, the audit of access"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SAID = "access_audit is only ever added to"


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("login"), sa.UniqueConstraint("agent"),
    )
    op.create_index("ix_person_unit", "person", ["unit"])
    op.create_table(
        "person_role",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"]), sa.PrimaryKeyConstraint("person", "role"),
    )
    op.create_table(
        "person_session",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("seen_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.Column("revoked_at", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"]), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_person_session_person", "person_session", ["person"])
    op.create_index("ix_person_session_expires_at", "person_session", ["expires_at"])
    op.create_table(
        "log_in_attempts",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Float(precision=53), nullable=False),
        sa.Column("locked_until", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_log_in_attempts_last_at", "log_in_attempts", ["last_at"])
    op.create_table(
        "api_client",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=True),
        sa.Column("revoked_at", sa.Float(precision=53), nullable=True),
        sa.Column("used_at", sa.Float(precision=53), nullable=True),
        sa.Column("used_from", sa.String(length=45), nullable=False),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("key_hash"),
    )
    op.create_table(
        "unit_place",
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("upper", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("unit"),
    )
    op.create_index("ix_unit_place_upper", "unit_place", ["upper"])
    op.create_table(
        "access_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_audit_at", "access_audit", ["at"])
    op.create_index("access_audit_who", "access_audit", ["who", "id"])
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER access_audit_{word.lower()} BEFORE {word} ON access_audit "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END" for word in ("UPDATE", "DELETE")]
    + ["CREATE TRIGGER access_audit_replace BEFORE INSERT ON access_audit "  # INSERT OR REPLACE is no DELETE to SQLite
       "WHEN EXISTS (SELECT 1 FROM access_audit WHERE id = NEW.id) "
       f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"],
    "postgresql": [
        "CREATE FUNCTION access_audit_guard() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$",
        "CREATE TRIGGER access_audit_rows BEFORE UPDATE OR DELETE ON access_audit "
        "FOR EACH ROW EXECUTE FUNCTION access_audit_guard()",
        "CREATE TRIGGER access_audit_whole BEFORE TRUNCATE ON access_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION access_audit_guard()"],
}


def downgrade() -> None:
    for table in ("access_audit", "unit_place", "api_client", "log_in_attempts", "person_session", "person_role",
                  "person"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION access_audit_guard()")

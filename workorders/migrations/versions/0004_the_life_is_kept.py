"""The life of an order is kept: history, shares of units, cases and figures, timers, rules, attachments, words"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SAID = "order_act is only ever added to; retention may take the words out"
_FIXED = ("number", "seq", "at", "do", "by", "role", "unit", "on_behalf", "about", "part", "frm", "to", "data", "dues",
          "terms", "unsure", "previous", "digest")
_ADDED: tuple[sa.Column[object], ...] = (
    sa.Column("rank", sa.BigInteger(), nullable=True),
    sa.Column("name", sa.String(length=80), nullable=False, server_default=""),
    sa.Column("code_hash", sa.String(length=64), nullable=False, server_default=""),
    sa.Column("hold", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("erased_at", sa.Float(precision=53), nullable=True),
    sa.Column("first", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("second", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("third", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("district", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("street", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("asker", sa.String(length=12), nullable=False, server_default="citizen"),
    sa.Column("anonymous", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("channel", sa.String(length=40), nullable=False, server_default="phone"),
    sa.Column("secrecy", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("owner", sa.String(length=50), nullable=False, server_default="desk:dispatch"),
    sa.Column("lead", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("first_responder", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("due", sa.Float(precision=53), nullable=False, server_default="0"),
    sa.Column("answer_due", sa.Float(precision=53), nullable=False, server_default="0"),
    sa.Column("close_due", sa.Float(precision=53), nullable=False, server_default="0"),
    sa.Column("answered_at", sa.Float(precision=53), nullable=True),
    sa.Column("closed_at", sa.Float(precision=53), nullable=True),
    sa.Column("archived_at", sa.Float(precision=53), nullable=True),
    sa.Column("outcome", sa.String(length=12), nullable=False, server_default=""),
    sa.Column("merged_into", sa.String(length=40), nullable=False, server_default=""),
    sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("urges", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("refusal", sa.String(length=200), nullable=False, server_default=""),
    sa.Column("findings", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("head", sa.String(length=160), nullable=False, server_default=""),
)


def upgrade() -> None:
    _make_tables()
    _widen_orders()
    for statement in (*_GUARDS[op.get_bind().dialect.name], *_WORDS[op.get_bind().dialect.name]):
        op.execute(statement)


def _widen_orders() -> None:
    """An order from before gets its rank here and its history when somebody next looks at it (keeping.adopt)."""
    with op.batch_alter_table("work_order") as table:
        for column in _ADDED:
            table.add_column(column)
        table.alter_column("state", existing_type=sa.String(12), type_=sa.String(24), existing_nullable=False)
    op.execute("UPDATE work_order SET rank = CAST(REPLACE(SUBSTR(number, 1, 9), '-', '') AS BIGINT) * 100000000 "
               "+ CAST(SUBSTR(number, 11) AS BIGINT)")
    op.execute("UPDATE work_order SET secrecy = 2 WHERE kind = 'report'")
    with op.batch_alter_table("work_order") as table:
        table.alter_column("rank", existing_type=sa.BigInteger(), nullable=False)
        table.create_unique_constraint("work_order_rank", ["rank"])
        for name, columns in _INDEXES.items():
            table.create_index(name, columns)


_INDEXES = {
    "work_order_desk": ["owner", "due", "number"], "work_order_state": ["state", "rank"],
    "work_order_agent": ["agent", "rank"], "work_order_caller": ["caller", "rank"],
    "work_order_merged": ["merged_into"],
}
_GUARDS = {
    "sqlite": [
        "CREATE TRIGGER order_act_delete BEFORE DELETE ON order_act "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END",
        "CREATE TRIGGER order_act_update BEFORE UPDATE ON order_act WHEN "
        + " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in _FIXED)
        + " OR NEW.why NOT IN ('', OLD.why) OR NEW.text NOT IN ('', OLD.text) "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"],
    "postgresql": [
        "CREATE FUNCTION order_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'UPDATE' THEN RAISE EXCEPTION '{_SAID}'; END IF; IF "
        + " OR ".join(f'NEW."{name}"::text IS DISTINCT FROM OLD."{name}"::text' for name in _FIXED)
        + " OR NEW.why NOT IN ('', OLD.why) OR NEW.text NOT IN ('', OLD.text) "
        f"THEN RAISE EXCEPTION '{_SAID}'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER order_act_rows BEFORE UPDATE OR DELETE ON order_act "
        "FOR EACH ROW EXECUTE FUNCTION order_act_guard()",
        "CREATE TRIGGER order_act_whole BEFORE TRUNCATE ON order_act "
        "FOR EACH STATEMENT EXECUTE FUNCTION order_act_guard()"],
}
_WORDS = {  # keeping.words: what an order can be found by, as grams
    "sqlite": ["CREATE VIRTUAL TABLE order_words USING fts5(grams, detail=none, tokenize='ascii')"],
    "postgresql": [
        "CREATE TABLE order_words (rank BIGINT PRIMARY KEY, grams TEXT[] NOT NULL)",
        "ALTER TABLE order_words ALTER COLUMN grams SET STATISTICS 1000",
        "CREATE INDEX order_words_grams ON order_words USING gin (grams)"],
}


def _make_tables() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("gone_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attachment_number", "attachment", ["number"])
    op.create_table(
        "figure_day",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("kept_good", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "unit", "measure"),
    )
    op.create_table(
        "order_act",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("do", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("on_behalf", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("part", sa.Boolean(), nullable=False),
        sa.Column("frm", sa.String(length=24), nullable=True),
        sa.Column("to", sa.String(length=24), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("dues", sa.JSON(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("unsure", sa.JSON(), nullable=False),
        sa.Column("erased", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=160), nullable=False),
        sa.PrimaryKeyConstraint("number", "seq"),
    )
    op.create_index("ix_order_act_at", "order_act", ["at"])
    op.create_index("order_act_by", "order_act", ["by", "at"])
    op.create_table(
        "order_barred",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("number", "unit"),
    )
    op.create_index("ix_order_barred_unit", "order_barred", ["unit"])
    op.create_table(
        "order_case",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("struck", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", "place"),
    )
    op.create_index("order_case_at", "order_case", ["at"])
    op.create_index("order_case_figure", "order_case", ["measure", "unit", "at"])
    op.create_table(
        "order_finding",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("raised_at", sa.Float(precision=53), nullable=False),
        sa.Column("answered_at", sa.Float(precision=53), nullable=True),
        sa.Column("decided_at", sa.Float(precision=53), nullable=True),
        sa.Column("established", sa.Boolean(), nullable=True),
        sa.Column("referred_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("number", "key"),
    )
    op.create_index("order_finding_open", "order_finding", ["decided_at", "raised_at"])
    op.create_index("order_finding_unit", "order_finding", ["unit", "raised_at"])
    op.create_table(
        "order_named",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("number", "person"),
    )
    op.create_index("ix_order_named_person", "order_named", ["person"])
    op.create_table(
        "order_unit",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Float(precision=53), nullable=False),
        sa.Column("due", sa.Float(precision=53), nullable=False),
        sa.Column("sign_due", sa.Float(precision=53), nullable=True),
        sa.Column("reply_due", sa.Float(precision=53), nullable=True),
        sa.Column("ended_at", sa.Float(precision=53), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("number", "place"),
    )
    op.create_index("order_unit_list", "order_unit", ["unit", "live", "due", "number"])
    op.create_index("order_unit_newest", "order_unit", ["unit", "void", "rank"])
    op.create_table(
        "rule_version",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Float(precision=53), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version"),
    )
    op.create_table(
        "timer",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.Float(precision=53), nullable=False),
        sa.Column("leased_until", sa.Float(precision=53), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("timer_due", "timer", ["kind", "due_at"])


def downgrade() -> None:
    op.drop_table("order_words")
    with op.batch_alter_table("work_order") as table:
        for name in _INDEXES:
            table.drop_index(name)
        table.drop_constraint("work_order_rank", type_="unique")
    with op.batch_alter_table("work_order") as table:
        for column in _ADDED:
            table.drop_column(column.name)
        table.alter_column("state", existing_type=sa.String(24), type_=sa.String(12), existing_nullable=False)
    for name in ("attachment", "rule_version", "timer", "figure_day", "order_case", "order_finding", "order_named",
                 "order_barred", "order_unit", "order_act"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION order_act_guard()")

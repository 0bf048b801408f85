"""Articles, their editions and history; what is missing or said to be wrong; what was cited.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"
branch_labels = depends_on = None

_SAID = "what was written about an article is never changed"
_KEPT = ("knowledge_edition", "knowledge_change")
_GUARDS = {
    "sqlite": [f"CREATE TRIGGER {table}_{do} BEFORE {do} ON {table} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
               for table in _KEPT for do in ("update", "delete")],
    "postgresql": [
        "CREATE FUNCTION knowledge_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{_SAID}'; END $$",
        *(f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
          "FOR EACH ROW EXECUTE FUNCTION knowledge_guard()" for table in _KEPT)],
}
_WORDS = {  # knowledge.finding: what an article can be found by, as grams
    "sqlite": ["CREATE VIRTUAL TABLE knowledge_words USING fts5(grams, detail=none, tokenize='ascii')"],
    "postgresql": [
        "CREATE TABLE knowledge_words (number INTEGER PRIMARY KEY, grams TEXT[] NOT NULL)",
        "CREATE INDEX knowledge_words_grams ON knowledge_words USING gin (grams)"],
}


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _seconds(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(precision=53), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "knowledge_article",
        _count("number"), _count("version"), _text("state", 10), _text("unit", 40), _text("title", 200),
        _long("words"), _text("field", 40), sa.Column("public", sa.Boolean(), nullable=False), _count("review_days"),
        _seconds("reviewed_at"), _text("reviewed_by", 40), _seconds("due_at"), _count("latest"), _count("published"),
        _count("cited"), _seconds("changed_at"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("knowledge_article_unit", "knowledge_article", ["unit", "state"])
    op.create_index("knowledge_article_due", "knowledge_article", ["due_at"])
    op.create_index("knowledge_article_changed", "knowledge_article", ["changed_at", "number"])
    op.create_table(
        "knowledge_edition",
        _count("number"), _count("edition"), _text("title", 200), _long("words"), _text("field", 40),
        sa.Column("public", sa.Boolean(), nullable=False), _text("by", 40), _long("why"), _seconds("at"),
        sa.PrimaryKeyConstraint("number", "edition"),
    )
    op.create_table(
        "knowledge_change",
        _count("number"), _count("seq"), _text("do", 10), _count("edition"), _text("by", 40), _long("why"),
        sa.Column("data", sa.JSON(), nullable=False), _seconds("at"),
        sa.PrimaryKeyConstraint("number", "seq"),
    )
    _make_wishes()
    for statement in (*_GUARDS[op.get_bind().dialect.name], *_WORDS[op.get_bind().dialect.name]):
        op.execute(statement)


def _make_wishes() -> None:
    op.create_table(
        "knowledge_flag",
        _text("id", 40), _count("number"), _count("edition"), _long("words"), _text("by", 40), _seconds("at"),
        _seconds("settled_at"), _text("settled_by", 40), _long("said"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("knowledge_flag_open", "knowledge_flag", ["settled_at", "at"])
    op.create_index("knowledge_flag_number", "knowledge_flag", ["number"])
    op.create_table(
        "knowledge_gap",
        _text("id", 40), _text("words", 100), _text("unit", 40), _count("times"), _seconds("first_at"),
        _seconds("last_at"), _seconds("closed_at"), _text("closed_by", 40), _long("said"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("words", "unit", name="one_gap_a_words_and_unit"),
    )
    op.create_index("knowledge_gap_open", "knowledge_gap", ["closed_at", "times"])
    op.create_table(
        "knowledge_citation",
        _text("call", 32), _count("number"), _count("edition"), _text("by", 40), _seconds("at"),
        sa.PrimaryKeyConstraint("call", "number"),
    )


def downgrade() -> None:
    for name in ("knowledge_words", "knowledge_citation", "knowledge_gap", "knowledge_flag", "knowledge_change",
                 "knowledge_edition", "knowledge_article"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION knowledge_guard()")

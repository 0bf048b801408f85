"""The index of words holds the day, the month and the year of each order too: a search need not sort a year's.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from alembic import op

revision, down_revision = "0012", "0011"
branch_labels = depends_on = None

_DATED = "(ARRAY[rank / 100000000, rank / 10000000000, rank / 1000000000000])"  # a rank is a day and a count of it


def upgrade() -> None:
    _index(f"grams, {_DATED}")


def downgrade() -> None:
    _index("grams")


def _index(columns: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX order_words_grams")
        op.execute(f"CREATE INDEX order_words_grams ON order_words USING gin ({columns})")

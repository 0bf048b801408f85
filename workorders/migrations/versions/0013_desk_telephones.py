"""Telephones that an admin added or renewed the secret of; people have a version, so that two admins meet.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"
branch_labels = depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "desk_phone",
        sa.Column("phone", sa.String(41), primary_key=True),
        sa.Column("agent", sa.String(40), nullable=False),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("mark", sa.String(40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Float(53), nullable=False),
        sa.Column("laid_at", sa.Float(53), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("desk_phone")
    with op.batch_alter_table("person") as table:
        table.drop_column("version")

"""Checks of calls, and clips for training.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"
branch_labels = depends_on = None


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _seconds(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Float(precision=53), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "quality_check",
        _text("id", 40), _text("call", 32), _text("agent", 40), _text("week", 8), _text("seed", 60),
        sa.Column("reasons", sa.JSON(), nullable=False), _text("state", 10), _text("drawn_by", 40),
        _seconds("drawn_at"), sa.Column("card", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False), sa.Column("fatal", sa.JSON(), nullable=False),
        _seconds("total", nullable=True), _seconds("first_total", nullable=True),
        sa.Column("comment", sa.Text(), nullable=False), _text("scored_by", 40), _seconds("scored_at", nullable=True),
        _seconds("appeal_until"), sa.Column("appeal", sa.Text(), nullable=False),
        _seconds("appealed_at", nullable=True), sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False), _text("decided_by", 40),
        _seconds("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call", "agent", name="one_check_a_call_and_agent"),
    )
    op.create_index("quality_check_agent", "quality_check", ["agent", "drawn_at"])
    op.create_index("quality_check_state", "quality_check", ["state", "drawn_at"])
    op.create_table(
        "training_clip",
        _text("id", 40), _text("call", 32), _text("part", 80), _seconds("begin"), _seconds("end"),
        sa.Column("note", sa.Text(), nullable=False), _text("by", 40), _seconds("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("training_clip_at", "training_clip", ["at"])
    op.create_index("training_clip_call", "training_clip", ["call"])


def downgrade() -> None:
    op.drop_table("training_clip")
    op.drop_table("quality_check")

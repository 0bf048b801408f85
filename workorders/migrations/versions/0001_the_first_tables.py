"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "call_fact",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("call_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_fact_call"), ["call"], unique=False)

    op.create_table(
        "call_record",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("caller", sa.String(length=40), nullable=False),
        sa.Column("called", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.Float(precision=53), nullable=True),
        sa.Column("ended_at", sa.Float(precision=53), nullable=True),
        sa.Column("ended_in", sa.String(length=12), nullable=False),
        sa.Column("ended_by", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.Column("first_responder", sa.String(length=40), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_why", sa.String(length=12), nullable=False),
        sa.Column("appeals", sa.JSON(), nullable=False),
        sa.Column("disposed", sa.String(length=40), nullable=False),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("last_fact_at", sa.Float(precision=53), nullable=False),
        sa.Column("recordings", sa.JSON(), nullable=False),
        sa.Column("recording_gap", sa.Text(), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("settled_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("call_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_record_answered_at"), ["answered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_record_caller"), ["caller"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_record_disposition"), ["disposition"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_record_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_record_settled_at"), ["settled_at"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "order_day",
        sa.Column("day", sa.String(length=9), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("call_key", sa.String(length=32), nullable=False),
        sa.Column("appeal", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=6), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(precision=53), nullable=False),
        sa.Column("leased_until", sa.Float(precision=53), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", sa.Float(precision=53), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_call_key"), ["call_key"], unique=False)
        batch_op.create_index("outbox_due", ["done_at", "due_at"], unique=False)

    op.create_table(
        "reader_offset",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "work_order",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("call_key", sa.String(length=32), nullable=True),
        sa.Column("appeal", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("caller", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("call", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("call_key", "appeal", name="one_order_per_appeal"),
    )
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_created_at"), ["created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_order_created_at"))

    op.drop_table("work_order")
    op.drop_table("reader_offset")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("outbox_due")
        batch_op.drop_index(batch_op.f("ix_outbox_call_key"))

    op.drop_table("outbox")
    op.drop_table("order_day")
    op.drop_table("idempotency_key")
    with op.batch_alter_table("call_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_record_settled_at"))
        batch_op.drop_index(batch_op.f("ix_call_record_ended_at"))
        batch_op.drop_index(batch_op.f("ix_call_record_disposition"))
        batch_op.drop_index(batch_op.f("ix_call_record_caller"))
        batch_op.drop_index(batch_op.f("ix_call_record_answered_at"))

    op.drop_table("call_record")
    with op.batch_alter_table("call_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_fact_call"))

    op.drop_table("call_fact")

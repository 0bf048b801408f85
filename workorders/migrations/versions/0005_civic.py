"""The public façade, exchange with other platforms, reports of important matters, follow-up"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "web_request",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("client", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("media_url", sa.String(length=500), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("token"))
    op.create_index("ix_web_request_at", "web_request", ["at"])
    op.create_index("ix_web_request_number", "web_request", ["number"])
    op.create_index("web_request_again", "web_request", ["client", "fingerprint", "at"])
    op.create_table(
        "order_released",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("number"))
    op.create_table(
        "exchange_partner",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "exchange",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("inward", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.UniqueConstraint("key"),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("exchange_order", "exchange", ["number"])
    op.create_index("exchange_standing", "exchange", ["standing", "changed_at"])
    op.create_table(
        "exchange_message",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("exchange", sa.String(length=40), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(precision=53), nullable=False),
        sa.Column("leased_until", sa.Float(precision=53), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", sa.Float(precision=53), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("exchange_message_due", "exchange_message", ["done_at", "due_at"])
    op.create_index("exchange_message_of", "exchange_message", ["exchange", "turn"])
    op.create_table(
        "exchange_heard",
        sa.Column("id", sa.String(length=130), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_exchange_heard_at", "exchange_heard", ["at"])
    op.create_table(
        "important_report",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("receivers", sa.JSON(), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=160), nullable=False),
        sa.Column("written_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_important_report_state", "important_report", ["state"])
    op.create_index("ix_important_report_written_at", "important_report", ["written_at"])
    op.create_table(
        "important_entry",
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("report", "seq"))
    op.create_table(
        "follow_up_call",
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("counted_at", sa.Float(precision=53), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("call"))
    op.create_index("follow_up_call_open", "follow_up_call", ["counted_at", "at"])
    op.create_index("ix_follow_up_call_number", "follow_up_call", ["number"])
    op.create_table(
        "text_message",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("to", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(precision=53), nullable=False),
        sa.Column("leased_until", sa.Float(precision=53), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", sa.Float(precision=53), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Float(precision=53), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"))
    op.create_index("ix_text_message_number", "text_message", ["number"])
    op.create_index("text_message_due", "text_message", ["done_at", "due_at"])
    op.create_index("text_message_to", "text_message", ["to", "at"])


def downgrade() -> None:
    for name in (
        "text_message", "follow_up_call", "important_entry", "important_report", "exchange_heard",
        "exchange_message", "exchange", "exchange_partner", "order_released", "web_request"):
        op.drop_table(name)

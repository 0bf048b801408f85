"""What was answered under an Idempotency-Key"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("idempotency_key") as table:
        table.add_column(sa.Column("status", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("body", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("headers", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_idempotency_key_at", "idempotency_key", ["at"])


def downgrade() -> None:
    op.drop_index("ix_idempotency_key_at", "idempotency_key")
    with op.batch_alter_table("idempotency_key") as table:
        for name in ("headers", "body", "status"):
            table.drop_column(name)

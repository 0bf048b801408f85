"""The audit of access is read by what it is about: the pages of a person and of a unit tell what was changed.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision, down_revision = "0010", "0009"
branch_labels = depends_on = None


def upgrade() -> None:
    op.create_index("access_audit_about", "access_audit", ["about", "id"])


def downgrade() -> None:
    op.drop_index("access_audit_about", "access_audit")

"""Alembic's entry: runs the scripts on the connection that `core.db.migrate` made."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import workorders.civic_tables
import workorders.hooks.tables
import workorders.keeping.tables
import workorders.knowledge.tables
import workorders.models
import workorders.phrases.tables
import workorders.quality.tables  # noqa: F401  (fills the metadata)

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata,
                  render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

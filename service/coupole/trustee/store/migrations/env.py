"""Alembic's entry: the connection is given by ``coupole.database.migrate``."""

from alembic import context

from coupole.trustee.store import TrusteeTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TrusteeTable.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds all migrations
)
context.run_migrations()

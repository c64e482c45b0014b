"""Alembic's entry: the connection is given by ``coupole.node.store.migrating``."""

from alembic import context

from coupole.node.store.tables import NodeTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=NodeTable.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds all migrations
)
context.run_migrations()

"""Alembic's entry: the connection is given by ``coupole.hub.store.migrating``."""

from alembic import context

from coupole.hub.store.tables import HubTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=HubTable.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds all migrations
)
context.run_migrations()

"""Alembic's entry: runs the revisions of the portal database on the connection that `portal.db.upgrade` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="alembic_version_portal")
with context.begin_transaction():
    context.run_migrations()

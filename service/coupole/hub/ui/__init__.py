"""The hub's pages: the published table, for people."""

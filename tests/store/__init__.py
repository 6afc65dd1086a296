"""The store keeps its word on both databases: the same rules on SQLite and on a real PostgreSQL server."""

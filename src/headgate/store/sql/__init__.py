"""A store in SQLite or PostgreSQL, by SQLAlchemy Core: the only package that imports it.

`database` opens connections, begins transactions and turns every database error into StoreError; `tables` names the
columns; `migrations` brings a schema forward; `journal`, `revisions`, `snapshots` and `locks` are one concern each.
Every method is one transaction. A writing transaction excludes the others where they would meet: on SQLite all of
them (BEGIN IMMEDIATE), on PostgreSQL those about the same job (an advisory lock that ends with the transaction), so
no statement here needs a dialect of its own.
"""

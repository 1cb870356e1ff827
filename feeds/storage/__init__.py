"""Storage: connections to log servers, the embedded Valkey servers, SQLite and private files.

It imports no other package of ``feeds``.
"""

"""Checks of the rule tables: cells, and references between tables; a problem has its file, row and column.

``citywall config check`` shows what they find. It may import the rest of ``city.dispatch``; nothing of
``city`` imports it.
"""

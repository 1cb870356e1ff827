"""Dispatch: who should handle a case, and why (domain §4.1, §4.2); the rule tables and their checks.

``tables`` reads them, ``checks`` is their linter, ``routing`` decides the holder. It may import
``city.state`` and what it imports. ``city.commands`` uses it.
"""

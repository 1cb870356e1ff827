"""Dispatch: who should handle a case, and why (domain §4.1, §4.2); the rule tables and their checks.

It may import ``city.state`` and what it imports. ``city.commands`` uses it.
"""

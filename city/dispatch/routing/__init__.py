"""Routing: the holder of a case and the reasons, by the steps of domain §4.1, from rule tables and rulings.

``rule_book`` is its entrance. It may import ``city.dispatch.tables`` and what ``city.dispatch`` may.
"""

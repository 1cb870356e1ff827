"""Cases: how the facts of a case's life change its case file, from the report to the closing.

What may happen to a case is decided in ``city.commands``; here is only what happened. It may import
``city.duty``, ``city.state`` and what they import.
"""

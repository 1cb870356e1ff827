"""Cases: how facts change a case file, from the report to the closing.

``city.commands`` decides what may happen to a case; this package applies what has happened. It may import
``city.duty``, ``city.state`` and what they import.
"""

"""Official warnings and storms: how a record becomes part of the state, and what is in force.

It may import ``city.duty``, ``city.state`` and what they import.
"""

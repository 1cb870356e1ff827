"""Official warnings and storms: folding their records into the state, and computing which are in force.

It may import ``city.duty``, ``city.state`` and what they import.
"""

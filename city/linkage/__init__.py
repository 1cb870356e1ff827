"""Emergency linkage: what incidents and tasks of agencies are, and how their facts are folded.

It may import ``city.dispatch``, ``city.duty``, ``city.state``, ``city.facts``, ``city.places`` and
``city.clocks``.
"""

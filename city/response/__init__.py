"""Emergency response: folding levels, reports and figures; which level is suggested, what it starts.

It decides nothing. It may import ``city.warnings``, ``city.linkage``, ``city.duty``, ``city.dispatch``,
``city.state`` and what they import.
"""

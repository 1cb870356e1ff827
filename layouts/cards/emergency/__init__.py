"""Cards of the emergency face: they stand where the routine cards of a wall stand, with other content.

It may import ``city.views``, ``layouts.contract`` and the other cards.
"""

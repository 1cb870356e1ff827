"""Cards: one file each, a pure function from its channel's view of the state to the card's data.

It may import ``layouts.contract`` and ``city``.
"""

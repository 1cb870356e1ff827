"""Cards of the desk: the queue, the selected case, and a form for each thing that its people decide.

It may import what ``layouts.cards`` may, ``layouts.cards.wall`` and ``layouts.cards.emergency``.
"""

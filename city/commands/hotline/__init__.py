"""Deciders of the hotline's orders, of relaxations in an emergency, and of leaders' visits on site.

It may import the rest of ``city.commands`` and what that may import. ``order_limits`` is imported by the
deciders of cases; nothing else of ``city.commands`` but ``decide`` imports the others.
"""

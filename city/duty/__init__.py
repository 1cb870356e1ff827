"""Duty: who is on shift at a moment, and the lines of the duty log.

It may import ``city.state``, ``city.facts``, ``city.clocks`` and ``city.places``.
"""

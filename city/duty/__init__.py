"""Duty: who is on shift at a given time, and the lines of the duty log.

It may import ``city.state``, ``city.facts``, ``city.clocks`` and ``city.places``.
"""

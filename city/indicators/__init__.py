"""Indicators: the figures of domain §6.1, counted in one pass over the cases.

It may import ``city.state``, ``city.clocks`` and ``city.places``.
"""

"""Indicators: the figures of domain §6, counted in one pass over the cases.

It may import ``city.state``, ``city.dispatch``, ``city.cases``, ``city.clocks`` and ``city.places``.
"""

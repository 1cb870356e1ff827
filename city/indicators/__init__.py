"""Indicators: the figures of domain §6, of cases in one pass, of duty and of emergency linkage.

It may import ``city.state``, ``city.dispatch``, ``city.cases``, ``city.clocks``, ``city.duty`` and
``city.places``.
"""

"""Folding: the function that applies a fact to the state, and the store, its only writer.

It may import ``city.cases``, ``city.warnings``, ``city.measures`` and what they import.
"""

"""Invented input of benchmarks: a city's ledger of any size, and points spread as in a city.

It may import Citywall's packages.
"""

"""Plain Panel apps, for comparison with Citywall: a wall, a heat map, and a client that opens them.

It may import ``benchmarks.invented``, ``benchmarks.cost`` and ``tests``.
"""

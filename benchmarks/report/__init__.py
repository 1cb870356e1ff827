"""Runs every benchmark and writes what was found: ``make bench``, ``docs/benchmarks.md``.

It knows the benchmarks only as programs: it starts them, reads the JSON that they print, and imports none.
"""

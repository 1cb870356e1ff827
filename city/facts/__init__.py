"""Facts: what the ledger keeps, chained by hashes; older forms are lifted when they are read.

A fact is never renamed and its fields never change meaning. It may import ``city.clocks``.
"""

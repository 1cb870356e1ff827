"""Facts: what the ledger keeps, chained by hashes. Facts of an older version are upcast when they are read.

A fact is never renamed and its fields never change meaning. It may import ``city.clocks``.
"""

"""The ledger: every fact in one order, chained by hashes; its segments, audit, export and backup.

It may import ``feeds.storage``.
"""

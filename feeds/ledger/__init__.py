"""The ledger: all facts in one order, linked by hashes; its segments, audit, export and backup.

It may import ``feeds.storage``.
"""

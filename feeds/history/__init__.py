"""Case history: cases as columns, in one Parquet file per month, for the review of any period.

It holds no person and no typed text. It may import ``feeds.storage`` and ``city``.
"""

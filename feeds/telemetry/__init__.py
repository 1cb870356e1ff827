"""Telemetry: one stream per topic for measurements, kept for hours, and its archive as Parquet files.

It may import ``feeds.ledger`` (segments), ``feeds.protocol`` and ``feeds.storage``.
"""

"""Cards of the wall in everyday operation: queue, roster, linkage, streets, sources, video, storm.

It may import ``city``, and what stands beside the folder; pages of other people reuse its rows.
"""

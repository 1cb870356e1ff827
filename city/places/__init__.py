"""Places: streets, unit grids, datums, distances and names for public screens.

Positions are WGS84 degrees, distances metres. It imports nothing else of Citywall.
"""

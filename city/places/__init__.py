"""Places: streets, unit grids, datums, distances, and names that everybody may read.

Positions are WGS84 degrees, distances metres. It imports nothing else of Citywall.
"""

"""The atlas: a district's base map, imported once from GeoJSON, projected, simplified and checked.

It may import ``layers.projection``.
"""

"""Fields: what covers the map as colours that mean numbers, by datashader.

It may import ``layers.base`` and the modules beside the folders.
"""

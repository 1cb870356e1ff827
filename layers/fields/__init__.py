"""Fields: quantities drawn over the whole map as colours, computed by datashader.

It may import ``layers.base`` and the modules beside the folders.
"""

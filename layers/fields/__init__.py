"""Fields: quantities drawn over the whole map as colours, counted as datashader does.

It may import ``layers.base`` and the modules beside the folders.
"""

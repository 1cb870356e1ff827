"""The drawn base map: figure, inset, labels, and the free space for call-outs.

It may import ``layers.atlas`` and the modules beside the folders.
"""

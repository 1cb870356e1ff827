"""The base map as it is drawn: figure, inset, labels, and the room that is left for call-outs.

It may import ``layers.atlas`` and the modules beside the folders.
"""

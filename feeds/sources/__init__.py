"""Sources: files and feeds read as records of the protocol; ``registry.py`` lists every kind of file.

It may import ``feeds.clients``, ``feeds.protocol`` and ``city``.
"""

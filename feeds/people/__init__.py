"""People and systems: accounts, passwords, sessions and tokens; reporters, encrypted and erasable.

It may import ``feeds.protocol`` (rights) and ``feeds.storage``.
"""

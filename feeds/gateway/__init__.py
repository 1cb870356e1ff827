"""The feed gateway: the one way in for upstream systems and the one way to listen (docs/protocol.md).

It may import everything in ``feeds`` but sources, clients and write-back.
"""

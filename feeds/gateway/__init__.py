"""The feed gateway: upstream systems publish to it and subscribers receive from it (docs/protocol.md).

It may import all of ``feeds`` except sources, clients and write-back.
"""

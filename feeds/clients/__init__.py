"""Clients of the protocol: a publisher, a subscriber and a commander. All resume after a broken link.

It may import ``feeds.protocol``.
"""

"""Clients of the protocol: a publisher, a subscriber and a commander. All go on after a break.

It may import ``feeds.protocol``.
"""

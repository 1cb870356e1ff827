"""Deciders of duty: shifts, posts, hand-overs, call-outs, the roster and the duty log.

It may import the rest of ``city.commands`` and what that may import; nothing else of ``city.commands`` but
``decide`` imports it.
"""

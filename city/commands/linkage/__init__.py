"""Deciders of incidents, linkage tasks, joint sessions and underpass closures.

It may import the rest of ``city.commands`` and what that may import; nothing else of ``city.commands`` but
``decide`` imports it.
"""

"""The demo: all processes on one machine, with an invented city, its feeds, accounts and responders.

It may import ``console.app`` and what it imports.
"""

"""Drills: a script of what is published, ordered and checked, played against a city of its own.

The city of a drill has its own data dir, servers, accounts and tokens, and no adapter: nothing of it reaches
the real ledger, outbox or accounts. It may import ``console.demo``, ``console.after_action`` and what they
import.
"""

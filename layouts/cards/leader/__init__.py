"""Cards of the leader's page: figures, decisions, orders, what is next, the hand-over.

It may import what ``layouts.cards`` may.
"""

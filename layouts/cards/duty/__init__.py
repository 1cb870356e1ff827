"""Cards of the duty page: board, hand-over, week, log and its entries.

It may import what ``layouts.cards`` may.
"""

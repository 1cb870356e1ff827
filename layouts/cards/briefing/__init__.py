"""The card of the visitors' page, and the one at desks that starts and ends a visit.

It may import what ``layouts.cards`` may.
"""

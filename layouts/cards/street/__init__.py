"""Cards of a street's page: what its sub-centre watches, its posts, squads and requests for support.

It may import what ``layouts.cards`` may.
"""

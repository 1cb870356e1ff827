"""Cards of an agency's page, some of them a street's too: level, tasks, incidents, own cases, its report.

It may import what ``layouts.cards`` may, and ``layouts.cards.wall``.
"""

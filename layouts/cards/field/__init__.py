"""Cards of the pages in the field: an inspector's list of work, a station's post and its numbers.

It may import what ``layouts.cards`` may.
"""

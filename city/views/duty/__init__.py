"""Views of duty: the line that every page has, and the board, hand-over and log of the duty page.

It may import what `city.views` may.
"""

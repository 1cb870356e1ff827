"""The desk's session answers the questions of one page: case sheet, story, search, nearby units.

It may import ``console.orders`` and what it imports.
"""

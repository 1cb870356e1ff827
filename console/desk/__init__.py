"""The desk's session: what one page asks for its person: case sheet, story, search, nearby units.

It may import ``console.orders`` and what it imports.
"""

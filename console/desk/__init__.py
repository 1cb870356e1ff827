"""The sessions of pages answer their questions: case sheet, story, search, nearby units; own units.

It may import ``console.orders`` and what it imports.
"""

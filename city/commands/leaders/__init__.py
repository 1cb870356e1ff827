"""Commands of leaders in an emergency: support, relocation, looks at their page, their hand-over.

It may import what the other rooms of ``city.commands`` may.
"""

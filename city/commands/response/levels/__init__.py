"""Commands of response levels: proposed, approved, ordered by word, lifted by the city, ended by a limit.

It may import what ``city.commands.response`` may, and that room: an approved level starts its activation's
facts.
"""

"""Rule tables: one module each, with the type of its rows and the function that reads one of them.

The files are those of ``static/tables`` or the centre's own. It may import what ``city.dispatch`` may, and no
other part of ``city.dispatch``.
"""

"""Views: the state as a channel may see it. A view lacks the fields that its readers must not see.

Screens get nothing else of the state. It may import everything in ``city`` but ``city.folding``.
"""

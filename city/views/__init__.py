"""Views: the state as a channel may see it. A view has no field that its readers must not see.

Screens read views only. It may import everything in ``city`` except ``city.folding``.
"""

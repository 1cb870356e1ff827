"""Commands: an order becomes facts or a refusal, by pure rules (``decide``).

A verb of the product is decided here. It may import ``city.dispatch``, ``city.cases``, ``city.state`` and
what they import; never a view or the store.
"""

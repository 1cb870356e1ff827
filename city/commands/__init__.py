"""Commands: pure functions that turn a command into facts or a refusal (``decide``).

Every verb is decided here. It may import ``city.dispatch``, ``city.cases``, ``city.state`` and what they
import; never a view or the store.
"""

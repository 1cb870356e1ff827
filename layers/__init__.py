"""Map layers: each turns a view of the state into columns (once for all viewers) and columns into glyphs.

It may import ``city``; never ``feeds``, ``layouts`` or ``console``. The order of its folders is the contract
"rooms of layers" in pyproject.toml.
"""

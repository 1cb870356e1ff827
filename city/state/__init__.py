"""The state: structs and numpy columns that facts and measurements are folded into.

Only ``city.folding.store`` changes it. It may import ``city.clocks`` and ``city.places``.
"""

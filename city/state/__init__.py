"""The state: the records that facts and measurements fold into, as structs and numpy columns.

Only ``city.folding.store`` changes it. It may import ``city.clocks`` and ``city.places``.
"""

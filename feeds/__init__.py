"""Input and output: logs, gateway, sources, write-back, accounts. No drawing and no decisions on cases.

It may import ``city``; never ``layers`` or ``layouts``. The order of its folders is the contract "rooms of
feeds".
"""

"""The outside world in and out: logs, gateway, sources, accounts. It draws nothing and decides nothing.

It may import ``city``; never ``layers`` or ``layouts``. The order of its folders is the contract "rooms of
feeds".
"""

"""The engine does what is done once for the whole city: timers, snapshots, archive, outgoing queue.

It may import ``console.orders`` and what it imports.
"""

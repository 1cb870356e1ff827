"""The engine runs the tasks that exist once per city: timers, snapshots, archive, outgoing queue.

It may import ``console.orders`` and what it imports.
"""

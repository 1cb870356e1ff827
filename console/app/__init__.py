"""Assembly of the processes: the console's composition root, the gateway process, health and metrics.

It may import every folder of ``console`` except ``demo`` and ``commands``.
"""

"""The processes put together: the console's composition root, the gateway process, health and metrics.

It may import every folder of ``console`` but ``demo`` and ``commands``.
"""

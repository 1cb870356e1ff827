"""Orders: a command becomes a fact exactly once, is durable before any page shows it, and is answered.

It may import ``console.live``, ``console.accounts`` and ``console.deployment``.
"""

"""Orders: how a command becomes a fact, once, durable before it is shown, and how it is answered.

It may import ``console.live``, ``console.accounts`` and ``console.deployment``.
"""

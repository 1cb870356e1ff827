"""Live channels: the state follows the gateway; each channel is encoded once for all its browsers.

It may import ``console.accounts`` and ``console.deployment``.
"""

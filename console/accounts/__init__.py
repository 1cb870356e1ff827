"""Sessions, credentials and seats, and the authorization that every page, socket and handler asks.

It may import ``console.deployment``.
"""

"""Sessions, credentials and seats, and the authorization of every page, socket and handler.

It may import ``console.deployment``.
"""

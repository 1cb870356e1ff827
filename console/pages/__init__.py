"""Pages: the page functions and handlers of a browser's page, and the other HTTP handlers.

Every one checks the viewer first. It may import ``console.orders``, ``console.live``, ``console.accounts``
and ``console.deployment``.
"""

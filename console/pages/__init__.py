"""Pages: what a browser gets when it opens one, and the HTTP handlers beside them.

Every one asks for the viewer first. It may import ``console.live``, ``console.accounts`` and
``console.deployment``.
"""

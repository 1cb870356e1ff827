"""Pages as data, their cards, the builder, the theme and the catalogues of texts.

It may import ``layers`` and ``city``; never ``feeds`` or ``console``.
"""

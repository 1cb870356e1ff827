"""Heat of many points: counts fed from telemetry and rebuilt from its log; tiles; what a pressed cell
says; many marks as pictures.

It may import ``console.live``, ``console.pages``, ``console.accounts``, ``layers``, ``city`` and
``feeds.telemetry``.
"""

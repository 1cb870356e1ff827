"""Measurements: folding readings, detections and positions into columns. The newest per key counts.

It may import ``city.state`` and what it imports.
"""

"""Measurements: readings, detections and positions become columns. The newest per key counts.

It may import ``city.state`` and what it imports.
"""

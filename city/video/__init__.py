"""Video: detections that people screen, who looks at a camera and why, and the state of a camera's picture.

It may import ``city.duty``, ``city.state``, ``city.facts``, ``city.places`` and ``city.clocks``.
``city.dispatch`` reads its table, ``city.commands`` decides its verbs.
"""

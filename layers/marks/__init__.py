"""Marks on the map: cases, sensors, cameras, units, warnings, storms and call-outs.

It may import ``layers.fields``, ``layers.base``, ``layers.atlas`` and the modules beside the folders.
"""

"""Sensing: judging readings against thresholds and baselines, and folding the alarms that follow from them.

Pure: a reading has its device time, and the city time comes as an argument. It may import ``city.state``,
``city.facts``, ``city.duty`` and ``city.clocks``.
"""

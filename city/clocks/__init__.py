"""Time: city time, ISO timestamps, freshness of values, working time and its calendars.

Pure functions and values; ``console/`` reads the system clock and passes it as ``now``. It imports nothing
else of Citywall.
"""

"""Time: city time, ISO timestamps, freshness of what is shown, working time and its calendars.

Pure functions and values; the clock itself is read in ``console/`` and given as ``now``. It imports nothing
else of Citywall.
"""

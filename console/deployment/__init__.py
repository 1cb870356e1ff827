"""A deployment: settings, the district's files and tables, rosters, calendars, secrets and logs.

It imports nothing else of ``console``.
"""

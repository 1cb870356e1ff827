"""Views of emergency response: levels and figures, the leader's page, the visitors' page.

It may import ``city.views``, ``city.response`` and what they import.
"""

"""Commands of emergency response: levels and their approval, spoken orders, zero reports, figures.

It may import what the other rooms of ``city.commands`` may, and ``city.response``.
"""

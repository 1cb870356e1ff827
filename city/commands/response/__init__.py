"""Commands of emergency response: levels and what they start, spoken orders, zero reports, figures, visits.

``levels`` decides a level, ``situation`` takes reports and figures. It may import what the other rooms of
``city.commands`` may, and ``city.response``.
"""

"""Commands of the situation: rounds of zero reports, figures of an emergency, official forecasts.

It may import what ``city.commands.response`` may, and no other part of it.
"""

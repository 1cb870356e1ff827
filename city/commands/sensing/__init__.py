"""Verbs of sensing: what the engine orders when a reading deviates, and what an officer does with an alarm.

It may import what ``city.commands`` may import.
"""

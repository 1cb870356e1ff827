"""Commands on detections and cameras: screening, filing what was confirmed, and views with their purpose.

It may import what ``city.commands`` may import.
"""

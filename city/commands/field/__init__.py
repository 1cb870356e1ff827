"""Commands of people in the field: reports, work lists and numbers of workstations (domain §5.3).

It may import what `city.commands` may.
"""

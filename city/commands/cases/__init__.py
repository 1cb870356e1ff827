"""Commands on a case: its deciders, rights, limits and automatic steps (domain §3.4, §4.4, §4.5).

It may import what `city.commands` may; the verbs of other rooms decide on cases through it.
"""

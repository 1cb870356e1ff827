"""The rules of the city: what is so and what may happen. No I/O, no clock, no screen.

It may import msgspec and numpy; every other package may import it. Each folder is one subject; the order in
which they may import one another is the contract "rooms of city" in pyproject.toml.
"""

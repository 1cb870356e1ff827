"""The domain model: the state of the city and the rules that change it. No I/O, no clock, no screen.

It may import msgspec and numpy; every other package may import it. Each folder is one subject; the contract
"rooms of city" in pyproject.toml says which may import which.
"""

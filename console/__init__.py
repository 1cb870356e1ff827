"""The running program: it wires the pure rules, the feeds and the screens together.

The order of its folders is the contract "rooms of console" in pyproject.toml; ``console.cli`` is the
command line.
"""

"""The invented city's people who act on cases: what each does next, and what they write."""

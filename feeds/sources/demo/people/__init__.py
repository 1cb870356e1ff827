"""The simulated people who act on cases: their next acts and their texts."""

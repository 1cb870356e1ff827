"""What may happen: commands become facts or refusals, by pure rules."""

"""What is so and what may happen: no I/O, no clock, no screen."""

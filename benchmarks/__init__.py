"""Benchmarks of speed and memory, compared in one run: ``python -m benchmarks.<name> --json``."""

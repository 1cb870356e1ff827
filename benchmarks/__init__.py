"""What we claim of speed and memory, side by side in one run: ``python -m benchmarks.<name> --json``."""

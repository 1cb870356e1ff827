"""Benchmarks of speed and memory, compared in one run: ``python -m benchmarks.<name> --json``.

Each of them is a file here. They may import everything, and ``tests`` for its servers; nothing imports them.
"""

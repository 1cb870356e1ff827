"""The invented city's devices, cameras, units and weather."""

"""Writing back: what must leave the system, and the adapters that carry it to others."""

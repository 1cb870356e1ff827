"""Dispatch: who should handle a case, and why (domain §4.1, §4.2)."""

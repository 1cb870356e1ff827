"""Marks: what stands for a case on a screen."""

import hashlib

__all__ = ["row_key_of"]


def row_key_of(key: str) -> str:
    """Return what stands for a case on a screen: a publisher's own id might hold anything."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]

"""Privacy of cameras: who may see the picture of which class (domain §3.7, §5.4)."""

from typing import Final

__all__ = ["HIDDEN_ON_WALL", "NEEDS_CASE", "PRIVACY_CLASSES", "PURPOSES"]

PRIVACY_CLASSES: Final = ("public_scene", "street_level", "sensitive", "forbidden_on_wall")
HIDDEN_ON_WALL: Final = frozenset({"sensitive", "forbidden_on_wall"})
"""No wall shows such a camera, not even its place. On a desk its picture needs a case or an incident."""

PURPOSES: Final = ("case", "incident", "screening", "weather", "patrol", "maintenance")
NEEDS_CASE: Final = frozenset({"case", "incident"})
"""Purposes that name what they are for; only these open a camera that is hidden on walls."""

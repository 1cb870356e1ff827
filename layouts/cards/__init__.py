"""Cards: one file each, a pure view of what its channel may see."""

"""State becomes pictures on the map."""

"""Replay: a source sent through the gateway, moved in time and place, and what became of it."""

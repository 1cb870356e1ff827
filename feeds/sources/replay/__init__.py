"""Replay: sends a source through the gateway, optionally moved in time and place, and reports the result."""

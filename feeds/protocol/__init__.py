"""The gateway protocol as pure functions: bytes in, values out; no socket and no clock."""

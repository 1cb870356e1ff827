"""The gateway protocol as pure functions from bytes to values; no sockets, no clock."""

"""The outside world in and out: ledger, telemetry, gateway, sources."""

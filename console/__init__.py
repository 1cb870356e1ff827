"""The running program: settings, wiring, live channels, HTTP, engine, command line."""

"""One module a group of subcommands; each only reads its options, calls, and prints."""

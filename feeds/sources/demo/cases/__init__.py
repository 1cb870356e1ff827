"""What is reported in the invented city: how often, of what class, in which words, and its fate."""

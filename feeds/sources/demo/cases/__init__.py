"""The reported cases of the invented city: frequency, classes, texts, and planned course."""

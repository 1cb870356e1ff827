"""One file a source: how records of one kind of file or system become protocol records."""

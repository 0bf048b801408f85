"""The knowledge pages: a list, a reader, an editor, two editions side by side, what is missing or wrong."""

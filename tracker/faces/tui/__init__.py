"""The terminal UI. Textual is imported by `start` only, after the first frame was printed from the store."""

"""Papers the center gives out: one content, written as Word, PDF, text and one HTML file."""

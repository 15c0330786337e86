"""Words that people read: one catalogue by language, and how numbers are written."""

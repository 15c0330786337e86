"""One mechanism per file: its claim, its equation, its parameters, its rules."""

"""One mechanism a file: its claim, its equation, its parameters, its rules."""

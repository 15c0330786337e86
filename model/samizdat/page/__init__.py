"""The page in a browser: a world that runs, pictures of it, and the levers of the state."""

"""The panels of the page: the regime's levers, the world, downloads, the side."""

"""All that numba compiles: the layout, the draws, the rules and the passes over citizens."""

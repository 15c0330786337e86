"""One run: environment, simulation, history, measures, checkpoints, records."""

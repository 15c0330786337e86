"""Many runs: an experiment file becomes a durable table, one row a run."""

"""Many runs: an experiment file becomes a durable table with one row per run."""

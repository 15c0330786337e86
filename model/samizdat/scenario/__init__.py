"""What a scenario file says: its schema, numbers, timeline and interventions."""

"""Who lives in the model and who hears whom."""

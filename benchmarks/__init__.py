"""What the model costs, each figure beside a reference measured in the same run."""

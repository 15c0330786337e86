"""Graph generators that write compressed sparse rows (CSR) directly."""

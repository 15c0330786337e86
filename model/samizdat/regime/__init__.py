"""What the state can do: levers, orders, presets."""

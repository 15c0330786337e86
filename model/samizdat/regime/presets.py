"""Complete regimes by name: each sets some levers, and all others are off."""

from typing import Any

from samizdat.core.quantity import format_value
from samizdat.regime.levers import LEVERS


def _open() -> dict[str, Any]:
    """Return the settings under which no lever acts."""
    return {name: value for lever in LEVERS.values() for name, value in lever.off.items()}


# Complete regimes, by name; a lever that a preset does not name is off.
PRESETS: dict[str, dict[str, Any]] = {
    "open": {},
    "analog": {"broadcast": 5e-4, "arrests.capacity": 8e-5, "arrests.response": 0.26,
               "chill": 0.05},
    "networked": {
        "broadcast": 5e-4, "egov": 2e-4, "surveillance": 0.10, "sanction": 0.002, "chill": 0.10,
        "blocking.on": 1, "blocking.trigger_posts": 2e-3, "blocking.trigger_street": 5e-4,
        "blocking.authority": "prosecutor", "blocking.cover_story": 1,
        "blocking.standing": ["foreign_press"],
        "blackout.on": 1, "blackout.trigger": 5e-3, "blackout.cover_story": 1,
        "arrests.capacity": 8e-5, "arrests.response": 0.26,
    },
    "ban": {
        "broadcast": 5e-4, "surveillance": 0.10, "sanction": 0.002, "chill": 0.10,
        "arrests.capacity": 8e-5, "arrests.response": 0.26,
        "ban.on": 1, "ban.platforms": ["*", "foreign_press"],
    },
}  # fmt: skip


def preset(name: str) -> dict[str, Any]:
    """Return the flat settings of a complete regime.

    Raises
    ------
    ValueError
        If there is no preset of that name.
    """
    if not isinstance(name, str) or name not in PRESETS:
        raise ValueError(f"regime {format_value(name)} is not one of {', '.join(PRESETS)}")
    return {**_open(), "actions": "rule", **PRESETS[name]}

"""The rally is an appointment: the street is possible only where an assembly is on."""

from typing import Annotated, NamedTuple

from samizdat.core.quantity import Quantity


class Rally(NamedTuple):
    """Parameters of rallies."""

    on: Annotated[
        float,
        Quantity("1: one mobilises only where a rally is on; 0: any day", 0, 1, off=0, whole=True),
    ] = 0.0
    organisers: Annotated[
        float, Quantity("share of a region's citizens who may call a rally", 0, 1)
    ] = 1e-3
    committee: Annotated[
        float, Quantity("organisers who call a rally", 1, 100, "citizens", whole=True)
    ] = 3.0
    notice: Annotated[float, Quantity("days from a call to its rally", 0, 60, "day")] = 2.0
    call: Annotated[
        float, Quantity("hazard of a call while an event runs", 0, 100, "1/day", off=0)
    ] = 0.1
    continuation: Annotated[
        float, Quantity("chance that a rally goes on for another day", 0, 1, "1/day", off=0)
    ] = 0.07
    camps: Annotated[float, Quantity("share of rallies that become a camp", 0, 1, off=0)] = 0.07
    camp_continuation: Annotated[
        float, Quantity("chance that a camp goes on for another day", 0, 1, "1/day", off=0)
    ] = 0.9

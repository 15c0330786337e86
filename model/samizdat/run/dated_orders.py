"""The actions of the timeline as orders of their levers."""

import numpy as np

from samizdat.regime.orders import Order
from samizdat.regime.queries import dated_fields, gives_dated_orders
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import Action, Course


def dated_orders(scenario: Scenario, course: Course, blockable: int) -> list[Order]:
    """Turn the timeline's actions into orders of their levers, one for each region.

    Parameters
    ----------
    blockable
        Platforms of an action that names none, as bits.
    """
    orders = []
    for entry, when in course.entries:
        if not isinstance(entry, Action) or not gives_dated_orders(entry.lever):
            continue
        bits = scenario.platform_bits(entry.platforms) if entry.platforms else blockable
        orders += [
            Order(
                lever=entry.lever,
                region=int(r),
                begins=when.first,
                ends=when.last,
                platforms=bits if "platforms" in dated_fields(entry.lever) else 0,
                cover_story=entry.cover_story,
                strength=entry.strength,
                dated=True,
                title=entry.title,
                entry=entry.id,
            )
            for r in np.flatnonzero(when.where)
        ]
    return orders

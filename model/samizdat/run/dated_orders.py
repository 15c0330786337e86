"""The orders that the timeline dates: its actions of levers that act by order."""

import numpy as np

from samizdat.regime.orders import Order
from samizdat.regime.queries import dated_fields, gives_dated_orders
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import Action, Course


def dated_orders(course: Course, scenario: Scenario) -> list[Order]:
    """Return the orders of a scenario's dated actions, one for each region."""
    orders = []
    for entry, when in course.entries:
        if not isinstance(entry, Action) or not gives_dated_orders(entry.lever):
            continue
        bits = scenario.platform_bits(entry.platforms or scenario.spec.blocking_platforms)
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

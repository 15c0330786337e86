"""Arrivals a second time, naively: from the draws and the mean opposition of each step.

Written from section 7.13 of docs/ODD.md, not from `samizdat.run.arrivals`: sums over all that came
before, and the functions of the standard library. Of the project it takes the numbers of streams.
"""

import math
import statistics

from oracle import philox
from samizdat.core import draws


class NaiveArrivals:
    """What arrives in regions of these sizes; ``all`` has (step, region, marks by name)."""

    def __init__(self, seed, sizes, step_days):
        self.seed, self.step_days = seed, step_days
        self.shares = [size / sum(sizes) for size in sizes]
        self.opposition, self.all = [], []

    def draw(self, r, stream):
        counter, key = (r // 4, 0, self.step, stream), divmod(self.seed, 2**32)
        return (philox(counter, key[::-1])[r % 4] + 0.5) * 2.0**-32

    def morning(self, step, p):
        """Return how many arrive in each region; ``opposition`` holds the steps before."""
        self.step, before = step, [*self.all]
        return [int(self.arrives(r, before, p)) for r in range(len(self.shares))]

    def rate(self, r, before, p):
        growth = 0.0
        if self.step > 1:
            growth = self.opposition[-1][r] - self.opposition[0][r]
        rate = p.mu / 365.25 * self.shares[r] * math.exp(p.opposition * growth)
        for step, where, marks in before:
            age = (self.step - step) * self.step_days
            weight = p.own * (where == r) + p.far * self.shares[r]
            rate += marks["shock"] * p.omega * math.exp(-p.omega * age) * weight
        return rate

    def arrives(self, r, before, p):
        if p.mu == 0:
            return False
        chance = 1 - math.exp(-self.step_days * self.rate(r, before, p))
        if self.draw(r, draws.ARRIVE) >= chance:
            return False
        u = self.draw(r, draws.ARRIVAL_MARK)
        shock = (1 - (1 - u) ** (1 / p.shock_b)) ** (1 / p.shock_a)
        z = statistics.NormalDist().inv_cdf(self.draw(r, draws.ARRIVAL_NEWS))
        online = min(1.0, p.news * math.exp(z))
        marks = {"shock": shock, "coverage_online": online, "seeds_online": online,
                 "coverage": p.press * online, "seeds": p.press * online,
                 "days": p.days}  # fmt: skip
        self.all.append((self.step, r, marks))
        return True

    def add_to(self, world, conceded):
        """Add what runs today to what the timeline wrote, signals by name and region."""
        day = self.step * self.step_days
        for step, r, marks in self.all:
            if day >= step * self.step_days + marks["days"]:
                continue
            world["running"][r] = 1
            if f"arrival-{step}-{r}" not in conceded:
                world["shock"][r] = min(1.0, world["shock"][r] + marks["shock"])
            for name in ("coverage", "coverage_online"):
                world[name][r] += marks[name]
            if step == self.step:
                world["fresh"][r] = 1
                for name in ("seeds", "seeds_online"):
                    world[name][r] = 1 - (1 - world[name][r]) * (1 - marks[name])
        return world

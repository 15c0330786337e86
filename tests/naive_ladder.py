"""The threat and the laws again, naively: written from docs/ODD.md, section 7.14."""

import datetime as dt


class NaiveLadder:
    """The threat of the nation, day by day, from what was counted the day before."""

    def __init__(self, spec, numbers, citizens):
        self.spec, self.numbers, self.citizens = spec, numbers, citizens
        self.threat, self.first = 0.0, {}  # the number of a rung -> the day it was reached
        self.turmoil = 0.0  # visible posts and people in the street, in the last step

    def alert(self, day):
        """Return alert times strength of the revolutions abroad that touch the step, summed."""
        total = 0.0
        for entry in self.spec.timeline:
            if entry.kind == "signal":
                begins = (entry.begins - self.spec.start).days
                ends = begins + (entry.days or 10**9)
                if begins < day + self.spec.step_days and day < ends:
                    total += entry.alert * entry.strength
        return total

    def morning(self, step):
        """Update the threat; return it and the numbers of the rungs whose laws hold."""
        day, p = step * self.spec.step_days, self.numbers
        alarm = self.alert(day) + p["threat.home"] * self.turmoil / self.citizens
        change = p["threat.gain"] * alarm - p["threat.decay"] * self.threat
        self.threat = min(1, max(0, self.threat + self.spec.step_days * change))
        holds = []
        for n, rung in enumerate(self.spec.ladder):
            if self.threat >= rung.at and n not in self.first:
                self.first[n] = day
            if n in self.first and self.first[n] + rung.delay_days < day + self.spec.step_days:
                holds.append(n)
        return self.threat, holds

    def level(self, holds, name, value):
        """Return what a number is while these laws hold, and ``value`` without them."""
        for n in sorted(holds, key=lambda n: self.first[n] + self.spec.ladder[n].delay_days):
            value = self.spec.ladder[n].set.get(name, value)
        return min(1, value + sum(self.spec.ladder[n].add.get(name, 0) for n in holds))

    def take_note(self, counted):
        """Take note of what was counted, by region."""
        self.turmoil = sum(counted["visible"]) + sum(counted["mobilise"])

    def reached(self, n):
        """Return the date on which a rung was reached."""
        return self.spec.start + dt.timedelta(days=int(self.first[n])) if n in self.first else None

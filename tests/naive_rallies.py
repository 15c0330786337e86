"""Rallies a second time, naively, from the voices of the oracle's citizens and the counts of a day.

Written from section 7.12 of docs/ODD.md, not from `samizdat.run.rallies`: one region at a time, one
line a rule. Of the project it takes the codes of the arrays and the numbers of the streams.
"""

import math

from oracle import exp_minus, philox
from samizdat.core import draws
from samizdat.core.layout import AWARE, DETAINED, PLATFORMS


class NaiveRallies:
    """What is on, pending and counted in each region; ``events`` are entries of the timeline."""

    def __init__(self, oracle, events, start, names):
        self.oracle, self.names = oracle, names
        self.events = events
        self.start, self.mobilised = start, [0] * len(names)
        self.going = {}  # from a region to the kappa of its rally
        self.calls = {}  # from a region to (day, whether dated, committee)
        self.detained = []

    def day_of(self, date):
        return (date - self.start).days

    def runs_in(self, event, name):
        first, days = self.day_of(event.begins), event.days or math.inf
        here = not event.regions or name in event.regions
        return here and first < self.day + self.step_days and self.day < first + days

    def inside(self, day):
        return self.day <= day < self.day + self.step_days

    def draw(self, r, stream):
        """Return the number in (0, 1) that belongs to a region, this step and this stream."""
        counter, key = (r // 4, 0, self.step, stream), divmod(self.oracle.seed, 2**32)
        return (philox(counter, key[::-1])[r % 4] + 0.5) * 2.0**-32

    def morning(self, step, p, running):
        """Advance to the morning of a step; return what is counted, and where a rally is on."""
        self.step, self.step_days, self.p = step, self.oracle.step_days, p.rally
        self.day = step * self.step_days
        rows = [self.morning_of(r, bool(running[r])) for r in range(len(self.names))]
        names = ("rallies_called", "rallies_held", "rallies_prevented", "rally")
        return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))

    def morning_of(self, r, running):
        if not self.p.on:
            self.going, self.calls = {}, {}
            return 0, 0, 0, 0
        here = [event for event in self.events if self.runs_in(event, self.names[r])]
        goes_on = self.goes_on(r, here)
        called, held, prevented, settled = 0, None, 0, False
        call = self.calls.get(r)
        if call and call[0] < self.day + self.step_days:
            del self.calls[r]
            settled = call[1]
            if all(self.is_held(i) for i in call[2]):
                prevented = 1
            else:
                held = call
        dated = [
            (self.day_of(date), self.p.notice if event.notice is None else event.notice)
            for event in self.events
            if not event.regions or self.names[r] in event.regions
            for date in event.rallies
        ]
        if not held and not settled and any(self.inside(day) for day, _ in dated):
            called, held = called + 1, (self.day, True, ())
            if r in self.calls and not self.calls[r][1]:
                del self.calls[r]
        for day, notice in sorted(dated, key=lambda pair: pair[0]):
            later = day >= self.day + self.step_days
            free = r not in self.calls or not self.calls[r][1]
            if later and self.inside(max(0, day - notice)) and free:
                called += 1
                self.calls[r] = (day, True, self.committee(r))
        if running and not goes_on and not held and r not in self.calls:
            notice = max((e.notice for e in here if e.notice is not None), default=self.p.notice)
            rate = max((e.call for e in here if e.call is not None), default=self.p.call)
            chance = 1 - exp_minus(self.step_days * rate * self.share(r))
            if self.draw(r, draws.RALLY_CALL) < chance:
                called += 1
                call = (self.day + notice, False, self.committee(r))
                if call[0] < self.day + self.step_days:
                    held = call
                else:
                    self.calls[r] = call
        if held and not goes_on:
            camp = self.draw(r, draws.RALLY_KIND) < self.p.camps
            self.going[r] = self.p.camp_continuation if camp else self.p.continuation
        elif not goes_on:
            self.going.pop(r, None)
        return called, int(bool(held)), prevented, int(r in self.going)

    def goes_on(self, r, here):
        if r not in self.going or not self.mobilised[r]:
            return False
        given = [e.continuation for e in here if e.continuation is not None]
        kappa = max(given) if given else self.going[r]
        return self.draw(r, draws.RALLY_CONTINUES) < kappa**self.step_days

    def organisers(self, r):
        citizens = [i for i in self.oracle.citizens if self.oracle.region[i] == r]
        citizens.sort(key=lambda i: (self.oracle.threshold[i], i))
        wanted = max(self.p.committee, math.floor(self.p.organisers * len(citizens) + 0.5))
        return citizens[: int(wanted)]

    def is_held(self, i):
        return self.step > 0 and self.oracle.days_left[i] > 0

    def is_able(self, i):
        return self.step > 0 and self.oracle.attention[i] == AWARE and not self.is_held(i)

    def share(self, r):
        organisers = self.organisers(r)
        return sum(map(self.is_able, organisers)) / len(organisers)

    def committee(self, r):
        organisers = self.organisers(r)
        able = [i for i in organisers if self.is_able(i)] or organisers

        def order(i):
            offline = self.step == 0 or not self.oracle.ears[i] & PLATFORMS
            return offline, self.oracle.threshold[i], i

        return sorted(able, key=order)[: int(self.p.committee)]

    def arrest_organisers(self, p, strength, mobilised):
        """Detain organisers of pending calls after the oracle's day; return how many, by region."""
        oracle, self.mobilised, newly = self.oracle, mobilised, [0] * len(self.names)
        for r, (day, _, committee) in self.calls.items():
            for i in committee:
                free = oracle.posture[i] != DETAINED and oracle.days_left[i] == 0
                veil = 1 - p.circumvention.anonymity * oracle.circumventing[i]
                chance = strength[r] * (oracle.most_readable(oracle.usable(i)) * veil)
                if free and oracle.draw(i, draws.ORGANISER) < chance:
                    term = 1 + int(oracle.draw(i, draws.TERM) * p.fate.detention_days)
                    steps = next(
                        k for k in range(1, 10_000)
                        if day < (self.step + k) * self.step_days + self.step_days
                    )  # fmt: skip
                    oracle.days_left[i] = max(term, steps)
                    self.detained.append(i)
                    newly[r] += 1
        return newly

"""The same model as a user of Mesa would write it: an agent a citizen, her ties in lists.

The rules are those of `samizdat.core.mechanisms`, called as plain Python; timeline and regime are
`Environment`, as they are. Draws are made for all citizens together if anybody needs one, which
costs next to nothing. Citizens stand in `mesa_citizen`, rallies in `mesa_rallies`. The result is
that of `Simulation`, citizen by citizen: tests/project/test_mesa_idiomatic.py.
"""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import mesa
import numpy as np

from benchmarks.mesa_citizen import Citizen, opposition
from benchmarks.mesa_rallies import Square
from samizdat import Simulation
from samizdat.core import draws
from samizdat.core.dilution import dilution_table
from samizdat.core.layout import (
    AWARE,
    FIXED,
    N_AWARE,
    N_MOBILISE,
    N_ONLINE,
    N_SILENT,
    ONLINE,
    PLATFORMS,
    SIGNALS,
    SUM_OPPOSITION,
    SUM_VISIBLE_POSTS,
    TALLIES,
)
from samizdat.regime.force import arrest_chances
from samizdat.run.environment import Environment
from samizdat.scenario.timeline import Event, window


class Protest(mesa.Model):
    """The citizens of a simulation that has not begun, as Mesa agents.

    Attributes
    ----------
    counts
        For each step done, (R, len(TALLIES)) of postures, aware, online, opposition, visible posts.
    """

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(rng=simulation.seed)
        scenario, self.key = simulation.scenario, simulation.seed  # Mesa's own name, from 3.5 on
        spec = scenario.spec
        self.step_days = float(spec.step_days)
        shares = [platform.readable for platform in spec.platforms]
        self.readable = cache(
            lambda bits: max((s for k, s in enumerate(shares) if bits >> k & 1), default=0.0)
        )
        most = int(np.diff(simulation.graph.ties.start).max(initial=0))
        self.table = cache(lambda *numbers: dilution_table(most, *numbers).tolist())
        self.environment = Environment(scenario, simulation.sizes, simulation.seed)
        self.signals = np.zeros(len(simulation.sizes), SIGNALS)
        self.last = np.zeros((len(simulation.sizes), len(TALLIES)), np.int64)
        self.counts: list[np.ndarray] = []
        self.newly_detained = [0] * len(simulation.sizes)
        self.day = 0
        self._drawn: dict[int, list[float]] = {}
        self.everybody = self._settle(simulation)
        self.inhabitants: list[list[Citizen]] = [[] for _ in simulation.sizes]
        for citizen in self.everybody:
            self.inhabitants[citizen.region].append(citizen)
        events = [
            (entry, window(entry, spec.start, scenario.region_names))
            for entry in spec.timeline
            if isinstance(entry, Event)
        ]
        self.squares = [Square(self, r, events) for r in range(len(simulation.sizes))]

    def _settle(self, simulation: Simulation) -> list[Citizen]:
        names = ("region", "platforms", "adoption_rank", "hardship", "resting_trust", "threshold",
                 "risk_aversion", "literacy_rank")  # fmt: skip
        columns = [simulation.state[name].tolist() for name in names]
        everybody = [
            Citizen(self, i, dict(zip(names, row, strict=True)))
            for i, row in enumerate(zip(*columns, strict=True))
        ]
        start, close, neighbour = (part.tolist() for part in simulation.graph.ties)
        for i, citizen in enumerate(everybody):
            ties = [everybody[j] for j in neighbour[start[i] : start[i + 1]]]
            citizen.close, citizen.online = ties[: close[i]], ties[close[i] :]
        return everybody

    def step(self) -> None:
        """Advance everybody by a day."""
        k, self._drawn = self.day, {}
        response = draws.uniforms(self.key, 0, len(self.signals), k, draws.RESPONSE)
        self.environment.update(k, self.last, response, self.signals)
        self.p = self.environment.parameters
        self.diluted = self.table(self.p.reach.dilution, self.p.reach.reference_ties)
        self._gather()
        self.posting = cache(self._posting(len(self.environment.scenario.spec.platforms)))
        self.agents.do("wake")
        if k == 0:
            self.agents.do("settle")
        self.agents.do("live")
        self.last = self._count()
        self.signals["arrest_chance"] = arrest_chances(
            self.signals["arrests"], self.last[:, N_MOBILISE]
        )
        self._publish()
        self.newly_detained = [0] * len(self.signals)
        self.agents.do("meet_fate")
        for square in self.squares:
            self.newly_detained[square.region] += square.arrest_organisers()
        self.agents.do("sleep")
        self.counts.append(self.last)
        self.day += 1

    def draws_of(self, stream: int) -> list[float]:
        """Return everybody's random numbers of today of a stream."""
        if stream not in self._drawn:
            n = len(self.everybody)
            self._drawn[stream] = draws.uniforms(self.key, 0, n, self.day, stream).tolist()
        return self._drawn[stream]

    def _posting(self, platforms: int) -> Callable[[int], float]:
        """Return what some platforms show of yesterday: the share of the users of each who post."""
        shares = []
        for k in range(platforms if self.p.attention.feed else 0):
            users = sum(citizen.access >> k & 1 for citizen in self.everybody)
            posters = sum(citizen.last_voice >> k & 1 for citizen in self.everybody)
            shares.append(posters / users if users else 0.0)

        def posting(bits: int) -> float:
            total = 0.0
            for k, share in enumerate(shares):
                total += share if bits >> k & 1 else 0.0
            return total

        return posting

    def _gather(self) -> None:
        """Decide where a rally is on today, and let everybody know."""
        self._publish()
        for square in self.squares:
            square.morning()
        if self.p.rally.on:
            self.signals["rally"] = [square.on for square in self.squares]
        self._publish()

    def _publish(self) -> None:
        """Let the citizens of each region see its signals."""
        names = SIGNALS.names or ()
        self.today = [
            SimpleNamespace(**dict(zip(names, row, strict=True))) for row in self.signals.tolist()
        ]

    def _count(self) -> np.ndarray:
        counts = [[0] * len(TALLIES) for _ in self.signals]
        for citizen in self.everybody:
            here = counts[citizen.region]
            here[N_SILENT + citizen.posture] += 1
            here[N_AWARE] += citizen.attention == AWARE
            here[N_ONLINE] += citizen.access & ONLINE != 0
            opposed = opposition(citizen.grievance, citizen.trust)
            here[SUM_OPPOSITION] += int(opposed * FIXED + 0.5)
            if citizen.voice & PLATFORMS:
                seen = self.readable(citizen.voice & PLATFORMS)
                here[SUM_VISIBLE_POSTS] += int(seen * FIXED + 0.5)
        return np.array(counts, np.int64)

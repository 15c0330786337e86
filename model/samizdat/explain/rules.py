"""One citizen's step once more, by the rules that the kernel compiles, in the order of the step."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from samizdat.core import draws
from samizdat.core.jit import interpreted
from samizdat.core.layout import (
    ATTENTION,
    AWARE,
    DETAINED,
    FOREIGN,
    HELD,
    MOBILISE,
    ONLINE,
    PLATFORMS,
    POSTURES,
    SELF_CENSOR,
    SHARE,
    SILENT,
    STREET,
    TALK,
    UNAWARE,
)
from samizdat.core.mechanisms import decision, fear, grievance, reach, trust
from samizdat.core.mechanisms.circumvention import next_circumventing
from samizdat.core.mechanisms.fate import term
from samizdat.explain.account import Belief, Chance, Day, Term, Voice, Weighing
from samizdat.explain.attention import Listener, attend
from samizdat.explain.laws import laws_in
from samizdat.explain.occasions import call_of, events_in, rally_in
from samizdat.explain.signals import Causes, RegionSignals
from samizdat.run.rallies import steps_until
from samizdat.run.simulation import Simulation


class StepReplay:
    """The working of one explanation.

    Parameters
    ----------
    morning
        What the step has overwritten, as it was before.
    """

    def __init__(self, simulation: Simulation, i: int, morning: Mapping[str, Any]) -> None:
        self.simulation, self.i, self.k = simulation, i, simulation.step_number - 1
        self.world = world = simulation._world
        self.names_of = simulation.scenario.platform_names
        self.p = simulation.environment.parameters
        self.traits = {n: values[i].item() for n, values in world.traits._asdict().items()}
        self.here = RegionSignals(world.signals[self.traits["region"]])
        self.n_close = int(world.ties.close[i])
        self.access, self.ears = int(world.state.access[i]), int(world.state.ears[i])
        self.last_voice = int(world.state.last_voice[i])
        self.usable, self.platforms = self.access & (PLATFORMS | FOREIGN), self.ears & PLATFORMS
        self.reads_foreign = self.ears & FOREIGN != 0
        self.morning = {**morning, **(self._first_state() if self.k == 0 else {})}
        self.held = self.morning["days_left"] > 0
        self.released = self.last_voice & HELD != 0 and not self.held
        self.voices, self.ties = self._hear()
        self.divisor = float(interpreted(reach.diluted)(self.ties, world.diluted))
        said = [voice.said for voice in self.voices]
        self.street, self.others = said.count("in the street"), said.count("speaking")
        self.held_kin = said.count("in detention")

    def day(self) -> Day:
        """Return the account of the step."""
        region = self.simulation.scenario.region_names[self.traits["region"]]
        beliefs = self._feel()
        now, awakening, news = self._attend()
        opposition = self.here.apply(
            decision.opposition, grievance=beliefs["grievance"].after, trust=beliefs["trust"].after
        )
        exposure, x = self._exposure()
        motive = (
            Term("opposition", self._motive(opposition, 0.0)),
            Term("what she sees others do", self._motive(0.0, x)),
        )
        weighings: tuple[Weighing, ...] = ()
        posture, voice = SILENT, 0
        if self.held:
            posture, voice = DETAINED, HELD
        elif now == AWARE:
            weighed = self._motive(opposition, x)
            weighings = self._weigh(weighed, opposition, beliefs["fear"].after)
            posture, voice = self._decide(weighed, weighings)
        fate, detained_for, circumventing = self._fate(posture, voice)
        return Day(
            step=self.k,
            date=str(self.simulation.scenario.date_of(self.k)),
            citizen=self.i,
            region=region,
            laws=laws_in(self.simulation, self.traits["region"]),
            events=events_in(self.simulation, region),
            rally=rally_in(self.simulation, self.traits["region"]),
            network_off=bool(self.here["blackout"]),
            blocked=self.names_of(self.usable & self.here["blocked"]),
            violence=self.here["violence"],
            held=self.held,
            released=self.released,
            online=self.access & ONLINE != 0,
            can_use=self.names_of(self.platforms),
            foreign_press=self.reads_foreign,
            circumventing=bool(self.morning["circumventing"]),
            voices=self.voices,
            ties=self.ties,
            divisor=self.divisor,
            dilution=self.p.reach.dilution,
            attention_before=ATTENTION[self.morning["attention"]],
            attention=ATTENTION[now],
            awakening=awakening,
            news=news,
            **beliefs,
            opposition=opposition,
            exposure=exposure,
            motive=motive,
            weighings=weighings,
            posture=POSTURES[posture],
            said=self._said(voice),
            fate=fate,
            detained_for=detained_for,
            circumventing_tomorrow=circumventing,
        )

    def _first_state(self) -> dict[str, Any]:
        """Return her beliefs before the first step, which the kernel gives her inside it."""
        settled = self.here.apply(
            trust.settled_trust, resting=self.traits["resting_trust"],
            online=int(self.access & ONLINE != 0), reads_foreign=int(self.reads_foreign),
            p=self.p.trust,
        )  # fmt: skip
        return {
            "grievance": self.traits["hardship"],
            "trust": float(np.float32(settled)),
            "fear": float(np.float32(self.here["chill"])),
            "attention": AWARE if self.p.attention.on == 0.0 else UNAWARE,
        }

    def _hear(self) -> tuple[tuple[Voice, ...], float]:
        """Return the voices that reach her, and of how many ties they are a share."""
        ties, state = self.world.ties, self.world.state
        begin, end = int(ties.start[self.i]), int(ties.start[self.i + 1])
        voices, n_net, n_open = [], 0, 0
        for e, j in enumerate(ties.neighbour[begin:end].tolist()):
            close, voice = e < self.n_close, int(state.last_voice[j])
            if not close:
                common = self.access & int(state.access[j]) & PLATFORMS != 0
                n_net += common
                n_open += common and self.ears & int(state.last_ears[j]) & PLATFORMS != 0
            hears = interpreted(reach.hears_kin if close else reach.hears_online)
            tie = "close" if close else "online"
            if hears(voice, self.ears) and not self.held:
                said = "in the street" if voice & STREET else "speaking"
                met = ("in person",) if close and voice & (TALK | STREET) else ()
                channels = (*met, *self.names_of(voice & self.platforms))
                voices.append(Voice(j, tie, said, channels))
            if close and voice & HELD and not self.held:
                voices.append(Voice(j, tie, "in detention", ()))
        return tuple(voices), interpreted(reach.reachable_ties)(
            self.n_close, n_net, n_open, self.p.reach
        )

    def _feel(self) -> dict[str, Belief]:
        """Return how grievance, trust and fear move, by the attention of the morning."""
        here, p, morning, traits = self.here, self.p, self.morning, self.traits
        aware = float(morning["attention"] == AWARE)
        cut_off = float(self.ears != self.usable and not self.held)
        return {
            "grievance": self._belief(
                grievance.next_grievance,
                morning["grievance"],
                {
                    "g": morning["grievance"], "trust": morning["trust"],
                    "hardship": traits["hardship"], "aware": aware, "cut_off": cut_off,
                    "p": p.grievance,
                },
                {
                    "return to her own hardship": {},
                    "the events she knows of": {"shock": here["shock"]},
                    "violence by the state": {"violence": here["violence"]},
                    "being newly cut off": {
                        "novelty": here["novelty"], "deniability": here["deniability"]
                    },
                },
            ),
            "trust": self._belief(
                trust.next_trust,
                morning["trust"],
                {
                    "trust": morning["trust"], "resting": traits["resting_trust"], "aware": aware,
                    "online": float(self.access & ONLINE != 0),
                    "reads_foreign": float(self.reads_foreign),
                    "hears_others": float(self.others > 0),
                    "on_platform": float(self.platforms != 0),
                    "p": p.trust._replace(doubt=0.0, dissent=0.0),
                },
                {
                    "return to her resting trust": {},
                    "state media": {"broadcast": here["broadcast"]},
                    "services of the state online": {"egov": here["egov"]},
                    "the foreign press": {"p": p.trust._replace(dissent=0.0)},
                    "open dissent among her ties": {"p": p.trust},
                    "accounts that contradict each other": {"contradiction": here["contradiction"]},
                },
            ),
            "fear": self._belief(
                fear.next_fear,
                morning["fear"],
                {
                    "fear": morning["fear"], "aware": aware, "released": 0.0, "held_kin": 0.0,
                    "n_close": float(self.n_close), "chill": here["chill"],
                    "p": p.fear,
                },
                {
                    "return to what the law makes her fear": {},
                    "violence by the state": {"violence": here["violence"]},
                    "her own detention": {"released": float(self.released)},
                    "kin in detention": {"held_kin": float(self.held_kin)},
                },
            ),
        }  # fmt: skip

    def _belief(
        self, rule: Callable[..., float], before: float, quiet: Mapping[str, Any], causes: Causes
    ) -> Belief:
        """Return how a belief moves; it is kept as float32."""
        found, after = self.here.terms(rule, quiet, before, causes)
        return Belief(before, float(np.float32(after)), found)

    def _attend(self) -> tuple[int, tuple[Chance, ...], tuple[Term, ...]]:
        """Return her attention after the step, the chances it met, and the hazard by channel."""
        now, p = self.morning["attention"], self.p.attention
        if self.held or p.on == 0.0:
            return now, (), ()
        her = Listener(
            now, self.street + self.others, self.platforms != 0,
            self.world.posting_share[self.platforms].item(), self.reads_foreign,
            spoke=self.last_voice & (PLATFORMS | TALK | STREET) != 0,
        )  # fmt: skip
        return attend(her, self.here, self.world.step_days, p, self._chance)

    def _exposure(self) -> tuple[tuple[Term, ...], float]:
        """Return how much of her world is seen to dissent."""
        here = self.here
        quiet = {
            "street": 0, "others": 0, "divisor": self.divisor, "reads_foreign": self.reads_foreign,
            "p": self.p.reach,
        }  # fmt: skip
        causes: Causes = {
            "ties in the street": {"street": self.street},
            "ties who speak": {"others": self.others},
            "her region's street": {"mobilised_share": here["mobilised_share"]},
            "a revolution abroad": {"foreign_signal": here["foreign_signal"]},
        }
        return here.terms(reach.exposure, quiet, 0.0, causes)

    def _weigh(self, motive: float, opposition: float, phi: float) -> tuple[Weighing, ...]:
        """Return the inequalities she meets: the street, and each way of speaking that she has."""
        p, here, found = self.p.decision, self.here, []
        aversion, threshold = self.traits["risk_aversion"], self.traits["threshold"]

        def weigh(deed: str, danger: float, risk: float) -> None:
            if deed == "street":
                weight, cost, needed = aversion * p.penalty_street, p.cost, threshold
                rule: Callable[..., bool] = decision.mobilises
            else:
                weight, cost, needed = aversion * p.penalty_post, 0.0, p.ease * threshold
                rule = decision.speaks
            holds = here.apply(
                rule, motive=motive, risk=risk, risk_aversion=aversion, threshold=threshold, p=p
            )
            left = motive - cost - weight * risk
            found.append(
                Weighing(deed, motive, cost, weight, danger, phi, risk, left, needed, holds)
            )

        danger, risk = (
            here.apply(
                decision.street_risk, street=self.street, divisor=self.divisor, fear=fear, p=p
            )
            for fear in (0.0, phi)
        )
        weigh("street", danger, risk)
        if self.platforms:
            traced = self._traced(self.platforms)
            danger, risk = (
                here.apply(decision.post_risk, traced=traced, opposition=opposition, fear=fear, p=p)
                for fear in (0.0, phi)
            )
            weigh("post", danger, risk)
        if self.p.reach.word_of_mouth != 0.0:
            weigh("talk", 0.0, phi)
        return tuple(found)

    def _decide(self, motive: float, weighings: tuple[Weighing, ...]) -> tuple[int, int]:
        """Return her posture, and her voice as others can hear it."""
        dares = {weighing.deed: weighing.holds for weighing in weighings}
        if dares["street"] and self.here["rally"]:
            return MOBILISE, STREET | TALK | self.platforms
        voice = self.platforms if dares.get("post") else 0
        voice |= TALK if dares.get("talk") else 0
        if voice & PLATFORMS or (voice and not self.platforms):
            return SHARE, voice
        would = self.here.apply(
            decision.speaks, motive=motive, risk=0.0, risk_aversion=self.traits["risk_aversion"],
            threshold=self.traits["threshold"], p=self.p.decision,
        )  # fmt: skip
        has_a_way = "post" in dares or "talk" in dares
        return (SELF_CENSOR if would and has_a_way else SILENT), voice

    def _fate(self, posture: int, voice: int) -> tuple[tuple[Chance, ...], int, bool]:
        """Return the chances of the evening, the steps of detention they bring, and her VPN."""
        here, chances = self.here, []
        if posture == MOBILISE and here["arrest_chance"] > 0.0:
            chances.append(self._chance("is arrested", here["arrest_chance"], "ARREST"))
        if posture == SHARE and voice & PLATFORMS and here["sanction"] > 0.0:
            traced = self._traced(voice)
            chances.append(
                self._chance("is prosecuted for her post", here["sanction"] * traced, "SANCTION")
            )
        taken = any(chance.happens for chance in chances)
        if here["preempt"] > 0.0 and self.last_voice & PLATFORMS and not taken and not self.held:
            chance = here["preempt"] * self._traced(self.last_voice, surveillance=1.0)
            chances.append(self._chance("is arrested beforehand", chance, "PREEMPT"))
            taken = chances[-1].happens
        steps = here.apply(term, draw=self._draw("TERM"), p=self.p.fate) if taken else 0
        before = after = self.morning["circumventing"]
        call = call_of(self.simulation, self.traits["region"], self.i)
        if not self.held:
            p, draw = self.p.circumvention, self._draw("UPTAKE")

            def tomorrow(draw: float) -> int:
                after: int = here.apply(
                    next_circumventing, circumventing=before, access=self.access, ears=self.ears,
                    rank=self.traits["literacy_rank"], draw=draw, p=p,
                )  # fmt: skip
                return after

            if tomorrow(0.0) != before:  # at the luckiest draw
                event, chance = ("drops her VPN", p.lapse) if before else ("gets a VPN", p.uptake)
                after = tomorrow(draw)
                chances.append(Chance(event, chance, draw, after != before))
        if call and here["detain_organisers"] > 0.0 and not taken and not self.held:
            traced = self._traced(self.access, circumventing=after, surveillance=1.0)
            chance = here["detain_organisers"] * traced
            chances.append(self._chance("is arrested as an organiser", chance, "ORGANISER"))
            if chances[-1].happens:
                ordinary = here.apply(term, draw=self._draw("TERM"), p=self.p.fate)
                steps = max(ordinary, steps_until(call.day, self.k, self.world.step_days))
        return tuple(chances), steps, bool(after)

    def _motive(self, opposition: float, exposure: float) -> float:
        """Return what speaks for acting."""
        motive: float = self.here.apply(
            decision.motive, opposition=opposition, exposure=exposure, p=self.p.decision
        )
        return motive

    def _traced(self, platforms: int, **others: float) -> float:
        """Return the chance that what she says there is read and traced to her."""
        given = {"circumventing": self.morning["circumventing"]} | others
        chance: float = self.here.apply(
            decision.trace_probability, readable=self.world.readable[platforms & PLATFORMS].item(),
            anonymity=self.p.circumvention.anonymity, **given,
        )  # fmt: skip
        return chance

    def _draw(self, stream: str) -> float:
        """Return her draw of the step in a stream of `core.draws`."""
        seed, i = self.simulation.seed, self.i
        return float(draws.uniforms(seed, i, i + 1, self.k, getattr(draws, stream))[0])

    def _chance(self, event: str, chance: float, stream: str) -> Chance:
        draw = self._draw(stream)
        return Chance(event, chance, draw, draw < chance)

    def _said(self, voice: int) -> tuple[str, ...]:
        """Return where others can hear a voice."""
        places = {"in the street": STREET, "in person": TALK}
        where = [place for place, bit in places.items() if voice & bit]
        return (*where, *self.names_of(voice & PLATFORMS))

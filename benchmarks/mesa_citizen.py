"""A citizen of the model written for Mesa: an agent with her ties in lists.

The rules are those of `samizdat.core.mechanisms`, called as plain Python (a call of machine code
for one citizen costs more than most rules do).
"""

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from samizdat.core import draws
from samizdat.core.jit import interpreted
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    FOREIGN,
    HELD,
    MOBILISE,
    ONLINE,
    PLATFORMS,
    SELF_CENSOR,
    SHARE,
    SILENT,
    SPENT,
    STREET,
    TALK,
    UNAWARE,
)
from samizdat.core.mechanisms import (
    attention,
    circumvention,
    decision,
    fate,
    fear,
    grievance,
    reach,
    trust,
)

if TYPE_CHECKING:
    from benchmarks.mesa_idiomatic import Protest

access_of, ears_of = interpreted(reach.access_of), interpreted(reach.ears_of)
hears_kin, hears_online = interpreted(reach.hears_kin), interpreted(reach.hears_online)
reachable_ties, exposure = interpreted(reach.reachable_ties), interpreted(reach.exposure)
diluted = interpreted(reach.diluted)
awakening, weariness = interpreted(attention.awakening), interpreted(attention.weariness)
hazard, first_to_know = interpreted(attention.hazard), interpreted(attention.first_to_know)
next_grievance = interpreted(grievance.next_grievance)
next_trust, settled_trust = interpreted(trust.next_trust), interpreted(trust.settled_trust)
next_fear, trace_probability = interpreted(fear.next_fear), interpreted(decision.trace_probability)
opposition, motive = interpreted(decision.opposition), interpreted(decision.motive)
mobilises, speaks = interpreted(decision.mobilises), interpreted(decision.speaks)
street_risk, post_risk = interpreted(decision.street_risk), interpreted(decision.post_risk)
term = interpreted(fate.term)
next_circumventing = interpreted(circumvention.next_circumventing)


def at_rest(x: float) -> float:
    """Round to what is kept from step to step."""
    return float(np.float32(x))


class Citizen(mesa.Agent):
    """One citizen: traits, state, and a method for each part of her day."""

    def __init__(self, model: "Protest", number: int, traits: dict[str, Any]) -> None:
        super().__init__(model)
        self.number = number
        for name, value in traits.items():
            setattr(self, name, value)
        self.close: list[Citizen] = []
        self.online: list[Citizen] = []
        self.posture, self.voice, self.last_voice = SILENT, 0, 0
        self.access = self.ears = self.last_ears = 0
        self.days_left = self.circumventing = 0
        self.held = False
        self.grievance = self.trust = self.fear = 0.0
        self.attention = UNAWARE

    def settle(self) -> None:
        """Take the beliefs that she had before the first day."""
        here, p = self.model.today[self.region], self.model.p
        self.grievance, self.fear = self.hardship, at_rest(here.chill)
        self.trust = at_rest(
            settled_trust(
                self.resting_trust,
                int(self.access & ONLINE != 0),
                int(self.ears & FOREIGN != 0),
                here.broadcast,
                here.egov,
                p.trust,
            )
        )
        self.attention = UNAWARE if p.attention.on else AWARE

    def wake(self) -> None:
        """Find out what she can use today."""
        here = self.model.today[self.region]
        self.held = self.days_left > 0
        self.access = access_of(self.platforms, here.allowed, self.adoption_rank, here.adoption)
        self.ears = ears_of(self.access, here.blocked, here.blackout, self.circumventing, self.held)

    def live(self) -> None:
        """Hear, feel, and if she is free, attend and decide."""
        here, p = self.model.today[self.region], self.model.p
        street, others, held_kin = (0, 0, 0) if self.held else self.hear()
        self.feel(here, p, others, held_kin)
        if self.held:
            self.days_left -= 1
            self.posture, self.voice = DETAINED, HELD
            return
        if p.attention.on:
            self.attend(here, p, street + others)
        self.posture, self.voice = SILENT, 0
        if self.attention == AWARE:
            self.posture, self.voice = self.decide(here, p, street, others)

    def hear(self) -> tuple[int, int, int]:
        """Count who of her ties acts in the street, who speaks, who of her kin is held."""
        street, others, held = 0, 0, 0
        ears = self.ears
        for other in self.close:
            voice = other.last_voice
            if not voice:
                continue
            if hears_kin(voice, ears):
                if voice & STREET:
                    street += 1
                else:
                    others += 1
            if voice & HELD:
                held += 1
        for other in self.online:
            voice = other.last_voice
            if voice and hears_online(voice, ears):
                if voice & STREET:
                    street += 1
                else:
                    others += 1
        return street, others, held

    def feel(self, here: Any, p: Any, others: int, held_kin: int) -> None:
        """Let grievance, trust and fear move."""
        aware = 1.0 if self.attention == AWARE else 0.0
        cut_off = not self.held and self.ears != self.access & (PLATFORMS | FOREIGN)
        released = not self.held and self.last_voice & HELD != 0
        trust = self.trust
        self.trust = at_rest(
            next_trust(
                trust, self.resting_trust, aware, float(self.access & ONLINE != 0),
                float(self.ears & FOREIGN != 0), float(others > 0),
                float(self.ears & PLATFORMS != 0),
                here.broadcast, here.egov, here.contradiction, p.trust,
            )
        )  # fmt: skip
        self.grievance = at_rest(
            next_grievance(
                self.grievance, trust, self.hardship, aware, float(cut_off),
                here.shock, here.violence, here.novelty, here.deniability, p.grievance,
            )
        )  # fmt: skip
        self.fear = at_rest(
            next_fear(
                self.fear, aware, float(released), held_kin, len(self.close),
                here.chill, here.violence, p.fear,
            )
        )  # fmt: skip

    def attend(self, here: Any, p: Any, heard: int) -> None:
        """Hear of an event, or tire of it."""
        if here.fresh and self.attention == SPENT:
            self.attention = UNAWARE
        if self.attention == UNAWARE:
            platforms = self.ears & PLATFORMS
            first = first_to_know(here.seeds, here.seeds_online, platforms != 0)
            if here.fresh and first > 0 and self.draw(draws.SEEDS) < first:
                self.attention = AWARE
            elif here.running:
                per_day = hazard(
                    heard, here.flooding, here.coverage, here.press_control, here.coverage_online,
                    self.model.posting(platforms), platforms != 0, here.coverage_abroad,
                    self.ears & FOREIGN != 0, p.attention,
                )  # fmt: skip
                chance = awakening(per_day, self.model.step_days)
                if chance > 0 and self.draw(draws.ATTENTION) < chance:
                    self.attention = AWARE
        elif self.attention == AWARE:
            spoke = self.last_voice & (PLATFORMS | TALK | STREET) != 0
            chance = weariness(heard, here.running, spoke, p.attention)
            if chance > 0 and self.draw(draws.ATTENTION) < chance:
                self.attention = SPENT

    def decide(self, here: Any, p: Any, street: int, others: int) -> tuple[int, int]:
        """Choose a posture, and with it what others can hear tomorrow."""
        d = self.ties_in_reach(p) if street + others else 1.0
        divisor = diluted(d, self.model.diluted)
        x = exposure(
            street, others, divisor, here.mobilised_share, here.foreign_signal,
            self.ears & FOREIGN != 0, p.reach,
        )  # fmt: skip
        opposed = opposition(self.grievance, self.trust)
        drive = motive(opposed, x, p.decision)
        platforms = self.ears & PLATFORMS
        fear, aversion, threshold = self.fear, self.risk_aversion, self.threshold
        risk = street_risk(street, divisor, fear, here.security, p.decision)
        if here.rally and mobilises(drive, risk, aversion, threshold, p.decision):
            return MOBILISE, STREET | TALK | platforms
        no_channel = not platforms and not p.reach.word_of_mouth
        if no_channel or not speaks(drive, 0.0, aversion, threshold, p.decision):
            return SILENT, 0
        voice = 0
        if platforms:
            risk = post_risk(self.traced(here), opposed, fear, p.decision)
            if speaks(drive, risk, aversion, threshold, p.decision):
                voice = platforms
        if p.reach.word_of_mouth and speaks(drive, fear, aversion, threshold, p.decision):
            voice |= TALK
        if voice & PLATFORMS or (voice & TALK and not platforms):
            return SHARE, voice
        return SELF_CENSOR, voice

    def ties_in_reach(self, p: Any) -> float:
        """Return of how many ties the heard are a share."""
        access, ears = self.access & PLATFORMS, self.ears & PLATFORMS
        n_net = n_open = 0
        for other in self.online:
            if access & other.access:
                n_net += 1
                if ears & other.last_ears:
                    n_open += 1
        return reachable_ties(len(self.close), n_net, n_open, p.reach)

    def traced(self, here: Any) -> float:
        """Return the chance that the state reads what she would post, and knows that it is hers."""
        return trace_probability(
            here.surveillance, self.model.readable(self.ears & PLATFORMS),
            self.model.p.circumvention.anonymity, self.circumventing,
        )  # fmt: skip

    def meet_fate(self) -> None:
        """Be arrested, prosecuted, held beforehand; get a VPN, or lose it."""
        if self.held:
            return
        here, p = self.model.today[self.region], self.model.p
        posted = self.voice & PLATFORMS
        taken = False
        if self.posture == MOBILISE:
            taken = here.arrest_chance > 0 and self.draw(draws.ARREST) < here.arrest_chance
        elif self.posture == SHARE and posted and here.sanction > 0:
            taken = self.draw(draws.SANCTION) < here.sanction * self.traced(here)
        if not taken and here.preempt > 0 and self.last_voice & PLATFORMS:
            chance = here.preempt * trace_probability(
                1.0, self.model.readable(self.last_voice & PLATFORMS),
                p.circumvention.anonymity, self.circumventing,
            )  # fmt: skip
            taken = self.draw(draws.PREEMPT) < chance
        if taken:
            self.days_left = term(self.draw(draws.TERM), p.fate)
            self.model.newly_detained[self.region] += 1
        if self.circumventing or self.ears != self.access & (PLATFORMS | FOREIGN):
            self.circumventing = next_circumventing(
                self.circumventing, self.access, self.ears, here.blocked, here.blackout,
                self.literacy_rank, self.draw(draws.UPTAKE), p.circumvention,
            )  # fmt: skip

    def sleep(self) -> None:
        """Let the others see today's voice and ears tomorrow."""
        self.last_voice, self.last_ears = self.voice, self.ears

    def rank(self) -> tuple[float, int]:
        """Return her place in the order in which citizens would call a rally."""
        return self.threshold, self.number

    def draw(self, stream: int) -> float:
        """Return her random number of today, in (0, 1), of a stream."""
        return self.model.draws_of(stream)[self.number]

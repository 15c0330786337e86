"""The specification again, naively: what the kernel is held against, citizen by citizen.

Written from the equations and docs/decisions/03-readings.md, not from the kernel.
One dict a quantity, one citizen at a time, one function a line of the schedule. Of the
project it takes the codes of the arrays and the numbers of the streams, nothing that computes.
Timeline and regime are not here: a day is handed its signals, and asks ``q`` for the arrests.
"""

import math

import numpy as np

import naive_news
import naive_trust
from naive_dilution import naive_dilution
from samizdat.core import draws
from samizdat.core.layout import (
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
    SPENT,
    STREET,
    TALK,
    UNAWARE,
)

GUARD = 1e-6
LOG2E = 1.4426950408889634
LN2_HI, LN2_LO = 6.93147180369123816490e-01, 1.90821492927058770002e-10
DTYPES = (
    dict.fromkeys(("grievance", "trust", "fear"), np.float32)
    | dict.fromkeys(("attention", "circumventing", "posture"), np.uint8)
    | dict.fromkeys(("days_left", "voice", "access", "ears"), np.uint16)
)


def exp_minus(z: float) -> float:
    """Return exp(-z) for z >= 0, by the polynomial that every machine rounds alike."""
    scaled = z * LOG2E + 0.5
    if scaled >= 1001.0:
        return 0.0
    k = math.floor(scaled)
    r = (k * LN2_HI - z) + k * LN2_LO
    total = 1 / math.factorial(13)
    for n in range(12, -1, -1):
        total = total * r + 1 / math.factorial(n)
    return total * math.ldexp(1.0, -k)


def philox(counter: tuple[int, ...], key: tuple[int, int]) -> tuple[int, ...]:
    """Philox-4x32-10 of Salmon et al. (2011)."""
    (a, b, c, d), (left, right) = counter, key
    for _ in range(10):
        high_a, low_a = divmod(0xD2511F53 * a, 2**32)
        high_c, low_c = divmod(0xCD9E8D57 * c, 2**32)
        a, b, c, d = high_c ^ b ^ left, low_c, high_a ^ d ^ right, low_a
        left, right = (left + 0x9E3779B9) % 2**32, (right + 0xBB67AE85) % 2**32
    return a, b, c, d


def at_rest(x: float) -> np.float32:
    """Clip to [0, 1] and round, once."""
    return np.float32(min(max(x, 0.0), 1.0))


def fixed(x: float) -> int:
    return math.floor(float(x) * 2.0**24 + 0.5)


class Oracle:
    """A population 0, 1, ... on a networkx.Graph whose edges have ``kind`` "close" or "online"."""

    def __init__(self, graph, traits, region_of, populations, seed, step_days, readable):
        self.citizens, self.regions = range(len(region_of)), range(len(populations))
        self.seed, self.step_days, self.readable = seed, step_days, readable
        for name, values in traits.items():
            dtype = np.uint16 if name in ("platforms", "region") else np.float32
            setattr(self, name, np.asarray(values, dtype).tolist())
        self.region = [int(r) for r in region_of]
        self.close = {i: [] for i in self.citizens}
        self.afar = {i: [] for i in self.citizens}
        for i, j, kind in graph.edges(data="kind"):
            ties = {"close": self.close, "online": self.afar}[kind]
            ties[i].append(j)
            ties[j].append(i)

    def arrays(self):
        """Return the state, citizen by citizen, in the types of ``layout.State``."""
        state = {name: [getattr(self, name)[i] for i in self.citizens] for name in DTYPES}
        return {name: np.array(state[name], dtype) for name, dtype in DTYPES.items()}

    def draw(self, i, stream):
        """Return the number in (0, 1) that belongs to her, this step and this stream."""
        counter, key = (i // 4 % 2**32, i // 2**34, self.step, stream), divmod(self.seed, 2**32)
        return (philox(counter, key[::-1])[i % 4] + 0.5) * 2.0**-32

    def sig(self, i, name):
        """Return a signal of her region."""
        return self.signals[name][self.region[i]].item()

    def is_online(self, i):
        return self.access[i] & ONLINE != 0

    def usable(self, i):
        """P_i(t), the foreign press with it; empty offline."""
        return self.access[i] & ~ONLINE

    def is_foreign(self, i):
        return 1 if self.ears[i] & FOREIGN else 0

    def is_cut_off(self, i):
        usable = self.usable(i)
        return i not in self.held and usable != 0 and self.ears[i] != usable

    def most_readable(self, bits):
        """Return the largest readable share among these platforms, 0 if there is none."""
        platforms = bits & PLATFORMS
        return max((x for bit, x in self.readable.items() if platforms & bit), default=0.0)

    def opposition(self, i):
        return float(self.grievance[i]) * (1 - float(self.trust[i]))

    def read_chance(self, i):
        """X0: that the state reads what she would post now."""
        veil = 1 - self.p.circumvention.anonymity * self.circumventing[i]
        return self.sig(i, "surveillance") * self.most_readable(self.ears[i]) * veil

    def risk_post(self, i):
        x0 = self.read_chance(i)
        x = x0 + (1 - x0) * self.p.decision.loudness * self.opposition(i)
        return 1 - (1 - x) * (1 - float(self.fear[i]))

    def start(self, p, signals):
        """Set the state that the first day finds."""
        self.p, self.signals, self.held = p, signals, set()
        for name in ("circumventing", "days_left", "voice", "access", "ears"):
            setattr(self, name, dict.fromkeys(self.citizens, 0))
        self.posture = dict.fromkeys(self.citizens, SILENT)
        self.attention = dict.fromkeys(self.citizens, UNAWARE if p.attention.on else AWARE)
        self.reach()
        self.grievance = {i: np.float32(self.hardship[i]) for i in self.citizens}
        self.fear = {i: np.float32(self.sig(i, "chill")) for i in self.citizens}
        self.trust = {i: at_rest(naive_trust.at_rest(self, i)) for i in self.citizens}
        self.ears = dict.fromkeys(self.citizens, 0)  # the first day has no step before it

    def day(self, step, p, signals, q):
        """Advance one step; return what is counted, per region."""
        self.step, self.p, self.signals = step, p, signals
        before = (dict(x) for x in (self.posture, self.voice, self.ears))
        self.last_posture, self.last_voice, self.last_ears = before
        self.posting = naive_news.strangers(self.access, self.last_voice, self.readable)
        self.release()
        self.reach()
        self.hear()
        self.feel()
        self.attend()
        self.decide()
        result = self.count()
        newly_detained = self.fate([float(chance) for chance in q(list(result["mobilise"]))])
        result["latent_self_censor"] = self.per_region(self.is_latent)  # after the VPNs of the day
        result["newly_detained"] = self.per_region(lambda i: i in newly_detained)
        result["circumventing"] = self.per_region(lambda i: self.circumventing[i])
        return result

    def release(self):
        self.held, self.released = set(), set()
        for i in self.citizens:
            if self.days_left[i] > 0:
                self.days_left[i] -= 1
                self.held.add(i)
            elif self.last_posture[i] == DETAINED:
                self.released.add(i)

    def reach(self):
        self.access = {}
        for i in self.citizens:
            online = self.adoption_rank[i] < self.sig(i, "adoption")
            usable = self.platforms[i] & self.sig(i, "allowed")
            self.access[i] = usable | ONLINE if online else 0
            deaf = not online or i in self.held or self.sig(i, "blackout")
            shut = 0 if self.circumventing[i] else self.sig(i, "blocked")
            self.ears[i] = 0 if deaf else usable & ~shut

    def hear(self):
        """Count m, s and c, what they are divided by, and the posts that arrive."""
        empty = (dict.fromkeys(self.citizens, 0) for _ in range(5))
        self.m, self.s, self.c, self.d, self.heard_posts = empty
        for i in self.citizens:
            if i in self.held:
                continue
            for j in self.close[i] + self.afar[i]:
                said = self.last_voice[j]
                posted = said & self.ears[i] & PLATFORMS != 0
                spoken = said & (TALK | STREET) != 0 and j in self.close[i]
                self.heard_posts[i] += posted
                self.m[i] += (posted or spoken) and said & STREET != 0
                self.s[i] += (posted or spoken) and said & STREET == 0
            self.c[i] = sum(self.last_voice[j] & HELD != 0 for j in self.close[i])
            net = [j for j in self.afar[i] if self.usable(i) & self.usable(j) & PLATFORMS]
            reachable = sum(self.ears[i] & self.last_ears[j] & PLATFORMS != 0 for j in net)
            only = self.p.reach.reachable_only
            d = max(1, len(self.close[i]) + (1 - only) * len(net) + only * reachable)
            self.d[i] = naive_dilution(d, self.p.reach)

    def feel(self):
        for i in self.citizens:
            g, tau, phi = (float(x[i]) for x in (self.grievance, self.trust, self.fear))
            self.grievance[i] = self.feel_grievance(i, g, tau)
            self.trust[i] = at_rest(naive_trust.tomorrow(self, i, tau))
            self.fear[i] = self.feel_fear(i, phi)

    def feel_grievance(self, i, g, tau):
        p, h = self.p.grievance, self.hardship[i]
        aware = self.attention[i] == AWARE
        target = h + (1 - h) * self.sig(i, "shock") * aware
        pull = (p.rise if target > g else p.relax) * (target - g)
        anger = p.backlash * self.sig(i, "violence") * aware
        loss = p.frustration * self.is_cut_off(i) * self.sig(i, "novelty")
        loss = loss * (1 - p.acceptance * tau) * (1 - self.sig(i, "deniability"))
        return at_rest(g + pull + (1 - g) * (anger + loss))

    def feel_fear(self, i, phi):
        p, aware = self.p.fear, self.attention[i] == AWARE
        change = p.calm * (self.sig(i, "chill") - phi)
        change += p.terror * self.sig(i, "violence") * aware * (1 - phi)
        change += p.own * (i in self.released) * (1 - phi)
        room = 1 - phi if p.witness > 0 else phi
        change += p.witness * self.c[i] / max(1, len(self.close[i])) * room
        return at_rest(phi + change)

    def attend(self):
        for i in self.citizens:
            if self.p.attention.on and i not in self.held:
                self.attention[i] = self.next_attention(i)

    def next_attention(self, i):
        now, fresh = self.attention[i], self.sig(i, "fresh")
        if fresh and now == SPENT:
            now = UNAWARE
        chance = naive_news.first_to_know(self, i)
        if fresh and now == UNAWARE and self.draw(i, draws.SEEDS) < chance:
            return AWARE
        chance = {UNAWARE: self.notice, AWARE: self.tire, SPENT: lambda i: 0.0}[now](i)
        # in order: UNAWARE, AWARE, SPENT
        return now + 1 if self.draw(i, draws.ATTENTION) < chance else now

    def notice(self, i):
        if not self.sig(i, "running"):
            return 0.0
        return 1 - exp_minus(self.step_days * naive_news.hazard(self, i))

    def tire(self, i):
        p = self.p.attention
        idle = self.s[i] + self.m[i] == 0 or not self.sig(i, "running")
        if p.speaking_tires:
            spoke = self.last_voice[i] & (PLATFORMS | TALK | STREET)
            return p.fatigue if spoke else p.fade if idle else 0.0
        return max(p.fatigue, p.fade) if idle else p.fatigue

    def decide(self):
        for i in self.citizens:
            if i in self.held:
                self.posture[i], self.voice[i] = DETAINED, HELD
            elif self.attention[i] == AWARE:
                self.posture[i], self.voice[i] = self.choose(i)
            else:
                self.posture[i], self.voice[i] = SILENT, 0

    def choose(self, i):
        """Return posture and voice of one who is aware and free."""
        p, reach, m, d = self.p.decision, self.p.reach, self.m[i], self.d[i]
        phi, averse = float(self.fear[i]), self.risk_aversion[i]
        x = (m + reach.post_weight * self.s[i]) / d
        x += reach.public_signal * self.sig(i, "mobilised_share")
        x += reach.demonstration * self.sig(i, "foreign_signal") * self.is_foreign(i)
        b = p.opposition_weight * self.opposition(i) + p.exposure_weight * x
        sight = p.people_in_sight
        cops = self.sig(i, "security") * sight / (1 + sight * min(1, m / d))
        caught = 1 - exp_minus(2.3 * cops)
        risk_street = 1 - (1 - caught) * (1 - phi)
        ease = p.ease * self.threshold[i] - GUARD
        platforms = self.ears[i] & PLATFORMS

        posts = platforms and b - averse * p.penalty_post * self.risk_post(i) >= ease
        talks = reach.word_of_mouth and b - averse * p.penalty_post * phi >= ease
        risk = averse * p.penalty_street * risk_street
        if self.sig(i, "rally") and b - p.cost - risk >= self.threshold[i] - GUARD:
            return MOBILISE, STREET | TALK | platforms
        voice = (platforms if posts else 0) | (TALK if talks else 0)
        if posts or (talks and not platforms):
            return SHARE, voice
        muted = not platforms and not reach.word_of_mouth
        return (SELF_CENSOR if b >= ease and not muted else SILENT), voice

    def per_region(self, number, total=sum):
        groups = [[] for _ in self.regions]
        for i in self.citizens:
            groups[self.region[i]].append(number(i))
        return [total(group) for group in groups]

    def count(self):
        numbers = {
            name: lambda i, code=code: self.posture[i] == code for code, name in enumerate(POSTURES)
        } | {
            "aware": lambda i: self.attention[i] == AWARE,
            "online": self.is_online,
            "cut_off": self.is_cut_off,
            "newly_mobilised": lambda i: self.last_posture[i] != self.posture[i] == MOBILISE,
            "posts": lambda i: self.posture[i] == SHARE and self.voice[i] & PLATFORMS != 0,
            "posts_heard": lambda i: self.heard_posts[i],
            "posts_suppressed": self.suppressed,
            "opposition": lambda i: fixed(self.opposition(i)),
        }
        for name in ("grievance", "trust", "fear"):
            numbers[name] = lambda i, belief=getattr(self, name): fixed(belief[i])
        result = {name: self.per_region(number) for name, number in numbers.items()}
        seen = self.per_region(lambda i: self.most_readable(self.voice[i]), math.fsum)
        return result | {"visible": seen}

    def is_latent(self, i):
        p = self.p.decision
        would, ease = p.opposition_weight * self.opposition(i), p.ease * self.threshold[i] - GUARD
        dares = would - self.risk_aversion[i] * p.penalty_post * self.risk_post(i) >= ease
        return i not in self.held and would >= ease and not dares

    def suppressed(self, j):
        """Count the neighbours who miss speaker j only because of blocks and blackouts."""
        said, usable = self.voice[j], self.usable(j) & PLATFORMS
        willing = self.posture[j] in (SHARE, MOBILISE) and not self.ears[j] & PLATFORMS
        if not said & PLATFORMS and not (willing and usable):
            return 0
        ties = self.afar[j] + ([] if said & (TALK | STREET) else self.close[j])
        shut = [i for i in ties if i not in self.held and not said & self.ears[i] & PLATFORMS]
        return sum(self.usable(i) & usable != 0 for i in shut)

    def fate(self, arrest_chance):
        """Detain, give and take VPNs; return who was detained."""
        free = [i for i in self.citizens if i not in self.held]
        taken = {i for i in free if self.is_taken(i, arrest_chance[self.region[i]])}
        for i in taken:
            self.days_left[i] = 1 + int(self.draw(i, draws.TERM) * self.p.fate.detention_days)
        self.circumventing |= {i: self.circumvents(i) for i in free}
        return taken

    def is_taken(self, i, arrest_chance):
        if self.posture[i] == MOBILISE and self.draw(i, draws.ARREST) < arrest_chance:
            return True
        posted = self.posture[i] == SHARE and self.voice[i] & PLATFORMS
        if posted and self.draw(i, draws.SANCTION) < self.sig(i, "sanction") * self.read_chance(i):
            return True
        veil = 1 - self.p.circumvention.anonymity * self.circumventing[i]
        seen = self.most_readable(self.last_voice[i]) * veil
        return self.draw(i, draws.PREEMPT) < self.sig(i, "preempt") * seen

    def circumvents(self, i):
        p = self.p.circumvention
        if self.circumventing[i]:
            idle = self.is_online(i) and not self.usable(i) & self.sig(i, "blocked")
            return 0 if idle and self.draw(i, draws.UPTAKE) < p.lapse else 1
        wants = self.is_cut_off(i) and not self.sig(i, "blackout")
        able = self.literacy_rank[i] < p.literacy
        return 1 if wants and able and self.draw(i, draws.UPTAKE) < p.uptake else 0

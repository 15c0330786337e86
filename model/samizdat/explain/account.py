"""The account of one citizen's day: what she heard, believed, weighed and did."""

from typing import Any, NamedTuple


class Term(NamedTuple):
    """Change due to one cause."""

    cause: str
    change: float


class Belief(NamedTuple):
    """Change of a belief; the terms add up to ``after - before``, up to rounding."""

    before: float
    after: float
    terms: tuple[Term, ...]


class Voice(NamedTuple):
    """A neighbour whom she heard, with what the neighbour decided the day before."""

    citizen: int
    tie: str  # "close" or "online"
    said: str  # "in the street", "speaking", "in detention"
    channels: tuple[str, ...]  # how it reached her: "in person", names of platforms


class Chance(NamedTuple):
    """A random event; it happens if the draw is below the chance."""

    event: str
    chance: float
    draw: float
    happens: bool


class Assembly(NamedTuple):
    """Whether a rally is on where she lives, and which one is called for later."""

    on: bool
    organisers: int  # how many called the one that is on; 0: it was dated, without notice
    next_on: str  # the date for which one is called; empty: none
    next_organisers: int


class LawEffect(NamedTuple):
    """A number of the regime that a law changes, where she lives."""

    number: str
    value: float | str  # today
    without: float | str  # what it would be without that law, under all others


class LawInForce(NamedTuple):
    """A law by threat that holds today; see `run.ladder`."""

    title: str
    since: str  # date
    begins: bool  # whether today is its first step
    effects: tuple[LawEffect, ...]  # none if settings or other laws leave it nothing to change


class Weighing(NamedTuple):
    """The two sides of a decision: she acts if what is ``left`` reaches what is ``needed``.

    left = motive - cost - weight * risk, where risk = 1 - (1 - danger) (1 - fear).
    """

    deed: str  # "street", "post", "talk"
    motive: float
    cost: float
    weight: float  # her aversion to risk times the weight of such a risk
    danger: float  # of arrest, or of being read and traced; the risk without her fear
    fear: float
    risk: float
    left: float
    needed: float
    holds: bool


class Day(NamedTuple):
    """One step of one citizen, from what she heard to its consequences."""

    step: int
    date: str
    citizen: int
    region: str
    laws: tuple[LawInForce, ...]  # made by threat, that hold
    events: tuple[str, ...]  # those that run in her region
    rally: Assembly | None  # None: she needs none to go to the street
    network_off: bool
    blocked: tuple[str, ...]  # among the platforms that she uses
    violence: float
    held: bool  # in detention today
    released: bool  # in detention until yesterday
    online: bool
    can_use: tuple[str, ...]  # platforms, today
    foreign_press: bool  # whether she reads it today
    circumventing: bool  # whether she has a VPN that works
    voices: tuple[Voice, ...]
    ties: float  # d, the ties among which she hears
    divisor: float  # D, by which the heard ones are divided
    dilution: float  # 1: her exposure is a share of her ties; 0: a number of them
    attention_before: str
    attention: str
    awakening: tuple[Chance, ...]  # random changes of her attention
    news: tuple[Term, ...]  # by channel, the hazard (1/day) of learning of it; none if not at risk
    grievance: Belief
    trust: Belief
    fear: Belief
    opposition: float  # grievance (1 - trust)
    exposure: tuple[Term, ...]  # how much dissent she sees
    motive: tuple[Term, ...]  # opposition and exposure, weighted
    weighings: tuple[Weighing, ...]  # none unless she is aware and free
    posture: str
    said: tuple[str, ...]  # where others can hear her tomorrow
    fate: tuple[Chance, ...]  # arrest, prosecution, getting or losing a VPN
    detained_for: int  # steps from tomorrow on, if she was arrested today
    circumventing_tomorrow: bool

    @property
    def quiet(self) -> bool:
        """Whether nothing happened: she heard nobody, knew nothing, did nothing; no law began."""
        busy = self.voices or self.held or self.released or self.detained_for
        aware = "aware" in (self.attention_before, self.attention)
        same_net = self.circumventing == self.circumventing_tomorrow
        same_laws = not any(law.begins for law in self.laws)
        still = self.posture == "silent" and same_net and same_laws
        return not busy and not aware and still

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {name: _plain(part) for name, part in self._asdict().items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value

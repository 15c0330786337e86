"""What there is to say of one citizen's day."""

from typing import Any, NamedTuple


class Term(NamedTuple):
    """What one cause adds."""

    cause: str
    change: float


class Belief(NamedTuple):
    """How a belief moved; the terms lead from ``before`` to ``after``, up to a rounding."""

    before: float
    after: float
    terms: tuple[Term, ...]


class Voice(NamedTuple):
    """A neighbour whom she heard, with what that one decided the day before."""

    citizen: int
    tie: str  # "close" or "online"
    said: str  # "in the street", "speaking", "in detention"
    channels: tuple[str, ...]  # how it reached her: "in person", names of platforms


class Chance(NamedTuple):
    """Something left to chance; it happens where the draw is below the chance."""

    event: str
    chance: float
    draw: float
    happens: bool


class Weighing(NamedTuple):
    """The two sides of an inequality: she dares if what is ``left`` reaches what is ``needed``.

    left = motive - cost - weight * risk, where risk = 1 - (1 - danger) (1 - fear).
    """

    deed: str  # "street", "post", "talk"
    motive: float
    cost: float
    weight: float  # her aversion to risk times the weight of such a risk
    danger: float  # of arrest, or of being read and traced; the risk but for her fear
    fear: float
    risk: float
    left: float
    needed: float
    holds: bool


class Day(NamedTuple):
    """One step of one citizen, from what she heard to what became of her."""

    step: int
    date: str
    citizen: int
    region: str
    events: tuple[str, ...]  # running in her region
    network_off: bool
    blocked: tuple[str, ...]  # of what she would use
    violence: float
    held: bool  # in detention today
    released: bool  # in detention until yesterday
    online: bool
    can_use: tuple[str, ...]  # platforms, today
    foreign_press: bool  # whether she reads it today
    circumventing: bool  # whether she has a VPN that works
    voices: tuple[Voice, ...]
    ties: float  # of how many ties the heard ones are a share
    attention_before: str
    attention: str
    awakening: tuple[Chance, ...]  # what chance did to her attention
    grievance: Belief
    trust: Belief
    fear: Belief
    opposition: float  # grievance (1 - trust)
    exposure: tuple[Term, ...]  # how much of her world she sees dissent
    motive: tuple[Term, ...]  # both of these weighted
    weighings: tuple[Weighing, ...]  # none unless she is aware and free
    posture: str
    said: tuple[str, ...]  # where others can hear her tomorrow
    fate: tuple[Chance, ...]  # arrest, prosecution, getting or losing a VPN
    detained_for: int  # steps from tomorrow on, if she was arrested today
    circumventing_tomorrow: bool

    @property
    def quiet(self) -> bool:
        """Whether nothing happened to her: nobody heard, nothing known, nothing done."""
        busy = self.voices or self.held or self.released or self.detained_for
        aware = "aware" in (self.attention_before, self.attention)
        same_net = self.circumventing == self.circumventing_tomorrow
        return not busy and not aware and self.posture == "silent" and same_net

    def plain(self) -> dict[str, Any]:
        """Return all of it as what JSON holds."""
        return {name: _plain(part) for name, part in self._asdict().items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value

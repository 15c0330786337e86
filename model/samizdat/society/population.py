"""Who lives in the world: traits, drawn for each citizen from declared distributions."""

import functools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy import special

from samizdat.core import draws
from samizdat.core.layout import FOREIGN, MAX_PLATFORMS, Traits
from samizdat.core.quantity import Quantity

CELL = 12  # consecutive citizens whose adoption is correlated; circles lie within a cell
_CHUNK = 1 << 20
_BELOW_ONE = np.float32(1 - 2.0**-24)

Floats = NDArray[np.float64]
Real = Annotated[float, Field(strict=True)]  # no text, neither true nor false

LARGEST = 1000.0  # threshold; also the parameters of the distributions, far beyond any motive
RANGES: dict[str, tuple[float, float]] = {  # lowest and highest value of a trait
    "adoption_rank": (0.0, 1.0),
    "hardship": (0.0, 1.0),
    "resting_trust": (0.0, 1.0),
    "threshold": (-LARGEST, LARGEST),
    "risk_aversion": (0.0, 1.0),
    "literacy_rank": (0.0, 1.0),
}
TRAITS: dict[str, tuple[int, float, float]] = {  # stream, lowest and highest value drawn
    "hardship": (draws.HARDSHIP, *RANGES["hardship"]),
    "resting_trust": (draws.RESTING_TRUST, *RANGES["resting_trust"]),
    "threshold": (draws.THRESHOLD, *RANGES["threshold"]),
    "risk_aversion": (draws.RISK_AVERSION, 0.0, float(_BELOW_ONE)),
}


class _Distribution(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Constant(_Distribution):
    """The same value for everybody."""

    kind: Literal["constant"]
    value: Real

    def at(self, u: Floats, first: int) -> Floats:
        """Return the values of the citizens first, first + 1, ... whose draws are u."""
        return np.full(len(u), self.value)


class Uniform(_Distribution):
    """The uniform distribution on [low, high)."""

    kind: Literal["uniform"]
    low: Real = 0.0
    high: Real = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> "Uniform":
        if not self.low <= self.high:
            raise ValueError(f"low = {self.low} is above high = {self.high}")
        return self

    def at(self, u: Floats, first: int) -> Floats:
        """Return the values of the citizens first, first + 1, ... whose draws are u."""
        return self.low + (self.high - self.low) * u


class Normal(_Distribution):
    """The normal distribution; values below ``floor``, if it is given, are set to ``floor``."""

    kind: Literal["normal"]
    mean: Real = Field(ge=-LARGEST, le=LARGEST)
    sd: Real = Field(ge=0, le=LARGEST)
    floor: Real | None = Field(default=None, ge=-LARGEST, le=LARGEST)

    def at(self, u: Floats, first: int) -> Floats:
        """Return the values of the citizens first, first + 1, ... whose draws are u."""
        x = self.mean + self.sd * special.ndtri(u)
        return np.asarray(x if self.floor is None else np.maximum(x, self.floor))


_CELLS = 2**14


@functools.lru_cache(maxsize=16)
def _beta_table(a: float, b: float) -> tuple[Floats, Floats]:
    """Return the inverse incomplete beta function at equal steps, and the slopes between them."""
    values = np.asarray(special.betaincinv(a, b, np.linspace(0.0, 1.0, _CELLS + 1)))
    return values, np.diff(values) * _CELLS


class Beta(_Distribution):
    """The beta distribution, Beta(a, b) on [0, 1]."""

    kind: Literal["beta"]
    a: Real = Field(gt=0, le=1000)
    b: Real = Field(gt=0, le=1000)

    def at(self, u: Floats, first: int) -> Floats:
        """Return the values of the citizens first, first + 1, ... whose draws are u.

        The inverse of the incomplete beta function is tabulated at 2**14 + 1 points and
        interpolated; in the outer 2**-8 on both sides, where it bends, it is computed exactly.
        """
        values, slopes = _beta_table(self.a, self.b)
        cell = (u * _CELLS).astype(np.intp)
        x = slopes[cell] * (u - cell / _CELLS) + values[cell]
        outer = np.minimum(u, 1.0 - u) < 2.0**-8
        x[outer] = special.betaincinv(self.a, self.b, u[outer])
        return np.asarray(x)


class Values(_Distribution):
    """One value per citizen, in the order of their numbers."""

    kind: Literal["values"]
    values: tuple[Real, ...]

    def at(self, u: Floats, first: int) -> Floats:
        """Return the values of the citizens first, first + 1, ..."""
        return np.array(self.values[first : first + len(u)])


KINDS = ("constant", "uniform", "normal", "beta", "values")
Distribution = Annotated[Constant | Uniform | Normal | Beta | Values, Field(discriminator="kind")]


class Population(BaseModel):
    """The distributions of the traits. Sources: Epstein (2002) for H, L and R; else assumed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hardship: Distribution = Beta(kind="beta", a=2, b=5)
    resting_trust: Distribution = Beta(kind="beta", a=5, b=3)
    threshold: Distribution = Normal(kind="normal", mean=0.50, sd=0.11, floor=0.02)
    risk_aversion: Distribution = Uniform(kind="uniform")

    @model_validator(mode="after")
    def _inside(self) -> "Population":
        for name in TRAITS:
            low, high = RANGES[name]
            spec = getattr(self, name)
            given = {"constant": ("value",), "uniform": ("low", "high")}.get(spec.kind, ())
            values = [getattr(spec, field) for field in given]
            if isinstance(spec, Values):
                values = [*spec.values]
            for value in values:
                if not low <= value <= high:
                    raise ValueError(f"{name}: {value:g} is outside {low:g} ... {high:g}")
        return self


class Habits(NamedTuple):
    """Parameters of the population that are not distributions."""

    instigators: Annotated[float, Quantity("share with threshold 0", 0, 1, off=0)] = 1e-4
    adoption_correlation: Annotated[
        float,
        Quantity("correlation of adoption ranks among twelve consecutive citizens", 0, 1),
    ] = 0.5


def region_sizes(citizens: int, weights: Sequence[float]) -> list[int]:
    """Apportion the citizens to regions by weight, by largest remainder, each at least 1.

    Raises
    ------
    ValueError
        If there are fewer citizens than regions.
    """
    if citizens < len(weights):
        raise ValueError(f"citizens = {citizens} is fewer than the {len(weights)} regions")
    exact = np.array(weights, float) / sum(weights) * citizens
    sizes = np.maximum(1, np.floor(exact)).astype(int)
    order = np.argsort(-(exact - np.floor(exact)), kind="stable")
    short = citizens - int(sizes.sum())
    for k in range(short):
        sizes[order[k % len(order)]] += 1
    for _ in range(-short):
        sizes[int(np.argmax(sizes))] -= 1
    return [int(size) for size in sizes]


def draw_traits(
    seed: int,
    region_first: NDArray[np.int64],
    spec: Population,
    habits: Habits,
    audiences: Sequence[float],
    foreign_audience: float,
    threads: int = 1,
) -> Traits:
    """Draw the traits of all citizens; the result does not depend on the number of threads.

    Parameters
    ----------
    region_first
        (R + 1,) the first citizen of each region; the last entry is the number of citizens.
    audiences, foreign_audience
        Shares of the citizens online who use each platform, and who read the foreign press.
    """
    n = int(region_first[-1])
    traits = Traits(
        region=np.repeat(np.arange(len(region_first) - 1, dtype=np.uint8), np.diff(region_first)),
        adoption_rank=np.empty(n, np.float32),
        platforms=np.empty(n, np.uint16),
        hardship=np.empty(n, np.float32),
        resting_trust=np.empty(n, np.float32),
        threshold=np.empty(n, np.float32),
        risk_aversion=np.empty(n, np.float32),
        literacy_rank=np.empty(n, np.float32),
    )
    shared = (seed, region_first, spec, habits, audiences, foreign_audience)
    parts = [slice(first, min(first + _CHUNK, n)) for first in range(0, n, _CHUNK)]
    if threads == 1 or len(parts) == 1:
        for part in parts:
            _draw_part(traits, part, *shared)
        return traits
    with ThreadPoolExecutor(threads, "samizdat-traits") as pool:
        jobs = [pool.submit(_draw_part, traits, part, *shared) for part in parts]
        try:
            for job in jobs:
                job.result()
        finally:
            pool.shutdown(cancel_futures=True)
    return traits


def _draw_part(
    traits: Traits,
    part: slice,
    seed: int,
    region_first: NDArray[np.int64],
    spec: Population,
    habits: Habits,
    audiences: Sequence[float],
    foreign_audience: float,
) -> None:
    """Draw the traits of some consecutive citizens."""
    ids = np.arange(part.start, part.stop)
    for name, (stream, low, high) in TRAITS.items():
        drawn = getattr(spec, name).at(_draw(seed, ids, stream), part.start)
        getattr(traits, name)[part] = np.clip(drawn, low, high)
    traits.threshold[part][_draw(seed, ids, draws.INSTIGATOR) < habits.instigators] = 0.0
    begins = region_first[traits.region[part]]
    traits.adoption_rank[part] = _adoption_ranks(seed, ids, begins, habits.adoption_correlation)
    traits.literacy_rank[part] = np.minimum(_draw(seed, ids, draws.LITERACY), _BELOW_ONE)
    traits.platforms[part] = _platforms(seed, ids, audiences, foreign_audience)


def _draw(seed: int, ids: NDArray[np.int64], stream: int) -> Floats:
    """Return one draw for each of these consecutive citizens."""
    return draws.uniforms(seed, int(ids[0]), int(ids[-1]) + 1, 0, stream)


def _adoption_ranks(
    seed: int, ids: NDArray[np.int64], begins: NDArray[np.int64], correlation: float
) -> Floats:
    """Return uniform ranks, correlated within cells by a Gaussian copula."""
    own = _draw(seed, ids, draws.ADOPTION_OWN)
    if correlation > 0:
        cell_head = begins + (ids - begins) // CELL * CELL
        heads, cell = np.unique(cell_head, return_inverse=True)
        shared = np.empty(len(heads))
        draws.gather(seed, heads, 0, draws.ADOPTION_CIRCLE, shared)
        z = np.sqrt(correlation) * special.ndtri(shared)[cell]
        z += np.sqrt(1 - correlation) * special.ndtri(own)
        own = special.ndtr(z)
    return np.minimum(own, _BELOW_ONE)


def _platforms(
    seed: int, ids: NDArray[np.int64], audiences: Sequence[float], foreign_audience: float
) -> NDArray[np.uint16]:
    """Return the bits of the platforms used: each with probability audience, at least one."""
    used = np.zeros(len(ids), np.uint16)
    if audiences and sum(audiences) > 0:
        for k, audience in enumerate(audiences[:MAX_PLATFORMS]):
            used |= _bit(_draw(seed, ids, draws.PLATFORM + k) < audience, 1 << k)
        shares = np.cumsum(audiences) / sum(audiences)
        only = np.searchsorted(shares, _draw(seed, ids, draws.ONLY_PLATFORM), side="right")
        only = np.minimum(only, len(audiences) - 1)
        used = np.where(used == 0, np.left_shift(1, only), used).astype(np.uint16)
    reads = _draw(seed, ids, draws.PLATFORM + MAX_PLATFORMS) < foreign_audience
    return used | _bit(reads, FOREIGN)


def _bit(given: NDArray[np.bool_], bit: int) -> NDArray[np.uint16]:
    """Return the bit where ``given`` is true, else 0."""
    return given.astype(np.uint16) * np.uint16(bit)

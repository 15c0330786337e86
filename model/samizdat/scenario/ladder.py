"""The ladder of a regime: heights of the threat, and the law that follows each."""

from collections.abc import Collection, Sequence

from pydantic import BaseModel, ConfigDict, Field

from samizdat.scenario.dates import Day
from samizdat.scenario.timeline import Value
from samizdat.society.population import Real


class Rung(BaseModel):
    """A law that the state makes once the threat has reached a height, until it is repealed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    at: Real = Field(gt=0, le=1)  # height of the threat
    delay_days: Real = Field(default=0.0, ge=0, le=36500)  # from that day to the law
    add: dict[str, Real] = {}  # to the day's value of a number of the regime
    set: dict[str, Value] = {}  # values of numbers of the regime, from the day of the law
    repealed: Day | None = None  # the first day without the law; None: it is for good
    title: str = ""
    source: str = ""

    @property
    def label(self) -> str:
        """The name that figures and tables show."""
        added = [f"{name} +{more:g}" for name, more in self.add.items()]
        words = [f"{name} = {value}" for name, value in self.set.items()]
        return self.title or ", ".join([*added, *words])

    def without(self, names: Collection[str]) -> "Rung | None":
        """Return this rung with no effect on some numbers; None if nothing remains."""
        add = {name: more for name, more in self.add.items() if name not in names}
        values = {name: value for name, value in self.set.items() if name not in names}
        return self.model_copy(update={"add": add, "set": values}) if add or values else None


def ladder_without(ladder: Sequence[Rung], names: Collection[str]) -> list[Rung]:
    """Return the rungs with no effect on some numbers, less those of which nothing remains."""
    return [left for rung in ladder if (left := rung.without(names)) is not None]

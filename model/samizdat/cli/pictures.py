"""Figures of a run: drawn at its end, or later from what it wrote."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario

_NEED = 300_000_000  # bytes: the libraries that draw, and the largest figure


class Pictures:
    """The figures in the folder of a run; call it to draw them.

    Attributes
    ----------
    problem
        One line on why they could not be drawn; None if there was no problem.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problem: str | None = None

    def draw(self, simulation: "Simulation") -> list[Path]:
        """Draw the figures of a simulation; return the files written."""
        return self._draw(
            simulation.scenario,
            simulation.seed,
            simulation.nation,
            simulation.regions,
            simulation.bands,
        )

    def draw_again(self, scenario: "Scenario", manifest: dict[str, Any]) -> list[Path]:
        """Draw the figures of a run from its manifest and tables; return the files written.

        Raises
        ------
        ManifestError
            If a table has changed since it was written.
        """
        import pandas as pd

        from samizdat.run.records import NATION, REGIONS
        from samizdat.run.tables import parsed_table
        from samizdat.system.manifests import read_with_files

        columns = ["kind", "name", "region", "start", "end"]
        bands = pd.DataFrame(manifest["bands"], columns=columns)
        for name in ("start", "end"):
            bands[name] = pd.to_datetime(bands[name])
        _, found = read_with_files(self._folder, [NATION, REGIONS])
        nation, regions = (parsed_table(found[name]) for name in (NATION, REGIONS))
        return self._draw(scenario, manifest["seed"], nation, regions, bands)

    def _draw(
        self,
        scenario: "Scenario",
        seed: int,
        nation: "pd.DataFrame",
        regions: "pd.DataFrame",
        bands: "pd.DataFrame",
    ) -> list[Path]:
        from samizdat.run.records import FIGURES

        try:
            check_room()
            from samizdat.figures import save_all

            return save_all(
                nation,
                regions,
                bands,
                self._folder / FIGURES,
                title=scenario.spec.title or scenario.name,
                caption=(
                    f"{scenario.name}: {scenario.citizens:,} synthetic citizens, one run, "
                    f"seed {seed}"
                ),
            )
        except (MemoryError, ImportError) as error:  # a library that does not fit is not found
            self.problem = (
                f"{self._folder}: the tables are complete, the figures could not be drawn "
                f"({_reason(error)}); samizdat run --resume {shlex.quote(str(self._folder))} "
                "draws them"
            )
            return []


def check_room() -> None:
    """Check that figures fit into the memory: a library that does not fit can end the process.

    Raises
    ------
    MemoryError
        If they do not.
    """
    from samizdat.system.memory import available, in_words

    room, whose = available()
    if room < _NEED:
        raise MemoryError(f"they need about {in_words(_NEED)}, available are {in_words(room)}"
                          f" ({whose})")  # fmt: skip


def _reason(error: Exception) -> str:
    kind = "out of memory" if isinstance(error, MemoryError) else "a library cannot be loaded"
    return f"{kind}: {error}" if str(error) else kind

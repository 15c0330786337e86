"""The folder of a comparison: a run per regime, a table, a figure and a manifest."""

import datetime as dt
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from samizdat.cli.pictures import check_room
from samizdat.run import digests
from samizdat.run.provenance import versions
from samizdat.run.records import (
    NATION,
    RecordError,
    RunPlan,
    RunRecord,
    bytes_needed,
    earlier_manifest,
)
from samizdat.run.repeat import Asked, difference
from samizdat.run.tables import parsed_table
from samizdat.scenario.scenario import Scenario
from samizdat.system.files import (
    FolderLock,
    atomic_write,
    check_writable,
    make_folder,
    reason_of,
)
from samizdat.system.manifests import (
    COMPLETE,
    FILES,
    MANIFEST,
    RUNNING,
    ManifestError,
    file_digest,
    read_manifest,
    read_with_files,
    write_manifest,
)

if TYPE_CHECKING:
    import pandas as pd

KIND, TABLE, FIGURE = "comparison", "compare.csv", "figures/regimes.png"


class RegimeOutcome(NamedTuple):
    """What a comparison takes from a run: its daily table and its summary."""

    nation: "pd.DataFrame"
    summary: dict[str, Any]


class ComparisonFolder:
    """The folder of a comparison; nothing is written before `begin`.

    Parameters
    ----------
    worlds
        A scenario per regime, by name.
    force
        Replace earlier results, of whatever comparison.

    Raises
    ------
    RecordError
        If the folder holds something else, or cannot be written to.
    """

    def __init__(
        self, folder: Path, worlds: Mapping[str, Scenario], seed: int, steps: int, *, force: bool
    ) -> None:
        self.folder, self._worlds, self._seed = folder, worlds, seed
        self.plan = RunPlan(steps)
        self._lock: FolderLock | None = None
        self._facts: dict[str, Any] = {}
        self._earlier = None if force else self._manifest()
        need = sum(bytes_needed(world, self.plan) for world in worlds.values())
        if self._earlier is None:
            RunRecord(folder, force=force, size=need)
        else:
            self._check_same()
            self._check_place(need)
        self.records = {name: self._record(name, force=force) for name in worlds}

    def _manifest(self) -> dict[str, Any] | None:
        try:
            manifest = read_manifest(self.folder / MANIFEST)
        except (OSError, ManifestError):
            return None
        return manifest if manifest.get("kind") == KIND else None

    def _check_same(self) -> None:
        """Check that the folder holds this comparison and no other."""
        assert self._earlier is not None
        there = self._earlier["asked"]
        for name, value in self._asked().items():
            if there.get(name) != value:
                raise RecordError(
                    f"out = {self.folder}: the folder is not empty, it holds another comparison: "
                    f"{name} = {_listed(there.get(name))}, not {_listed(value)} (--force replaces)"
                )

    def _asked(self) -> dict[str, Any]:
        return {"regimes": list(self._worlds), "seed": self._seed, "steps": self.plan.steps}

    def _check_place(self, need: int) -> None:
        try:
            check_writable(self.folder, need)
            FolderLock(self.folder).release()
        except OSError as error:
            raise RecordError(f"out = {self.folder}: {reason_of(error)}") from None

    def _record(self, name: str, *, force: bool) -> RunRecord | None:
        """Return the record of a regime's run; None if that run is done."""
        place = self.folder / name
        earlier = None if force else earlier_manifest(place)
        if earlier is None:
            return RunRecord(place, force=force)
        other = difference(earlier, Asked(self._worlds[name], self._seed, self.plan.steps))
        if other is not None:
            raise RecordError(
                f"out = {place}: the folder is not empty, it holds another run: {other} "
                "(--force replaces)"
            )
        if earlier["status"] == COMPLETE:
            return None
        return RunRecord(place, force=True)  # it was not finished: it is run again

    @property
    def complete(self) -> bool:
        """Whether all is done and there."""
        there = all((self.folder / name).exists() for name in (TABLE, FIGURE))
        done = not any(self.records.values())
        return (
            self._earlier is not None and self._earlier.get("status") == COMPLETE and there and done
        )

    def begin(self) -> None:
        """Lock the folder, and write the manifest with status running.

        Raises
        ------
        OSError
            If another process writes to the folder.
        """
        make_folder(self.folder)
        self._lock = FolderLock(self.folder)
        self._facts = {
            "kind": KIND,
            "status": RUNNING,
            "asked": self._asked(),
            "command": ["samizdat", *sys.argv[1:]],
            "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "versions": versions(),
            "model_digest": digests.model_digest(),
            FILES: {},
        }
        write_manifest(self.folder / MANIFEST, self._facts)

    def outcome(self, name: str) -> RegimeOutcome:
        """Return the outcome of a regime's run that is done, verified.

        Raises
        ------
        RecordError
            If it is damaged.
        """
        try:
            facts, content = read_with_files(self.folder / name, [NATION])
            return RegimeOutcome(parsed_table(content[NATION]), facts["summary"])
        except (OSError, ValueError, KeyError) as error:
            raise RecordError(f"{error} (--force runs all regimes again)") from None

    def write(self, outcomes: Mapping[str, RegimeOutcome]) -> None:
        """Write the table, then the figure; the manifest lists both, and the manifests of the runs.

        Raises
        ------
        MemoryError
            If the figure does not fit into the memory; all else is written.
        """
        import pandas as pd

        rows = [
            {"regime": name, "seed": self._seed, **each.summary} for name, each in outcomes.items()
        ]
        with atomic_write(self.folder / TABLE) as partial:
            pd.DataFrame(rows).to_csv(partial, index=False)
        runs = [f"{name}/{MANIFEST}" for name in outcomes]
        self._facts[FILES] = {name: file_digest(self.folder / name) for name in runs}
        self._list(TABLE)
        self._draw(outcomes)
        self._list(FIGURE)

    def _draw(self, outcomes: Mapping[str, RegimeOutcome]) -> None:
        check_room()
        from samizdat.figures import save_regimes

        scenario = next(iter(self._worlds.values()))
        save_regimes(
            {name: each.nation for name, each in outcomes.items()},
            (self.folder / FIGURE).parent,
            title=scenario.spec.title or scenario.name,
            caption=f"{scenario.name}: {scenario.citizens:,} synthetic citizens, one run per "
            f"regime with common random numbers, seed {self._seed}",
        )

    def _list(self, name: str) -> None:
        """List a file in the manifest, which is complete from the first on."""
        files = {**self._facts[FILES], name: file_digest(self.folder / name)}
        self._facts |= {"status": COMPLETE, FILES: files}
        write_manifest(self.folder / MANIFEST, self._facts)

    def release(self) -> None:
        """Release the folder."""
        if self._lock:
            self._lock.release()


def _listed(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)

"""Whether the files of a run, a sweep, a comparison or a report are those that were written."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pyarrow import compute

from samizdat.batch import parts
from samizdat.batch.experiment import ExperimentError
from samizdat.batch.folder import DESIGN
from samizdat.batch.results import experiment_of, read_design
from samizdat.run.records import NATION
from samizdat.run.tables import parsed_table, table_digest
from samizdat.system.files import LOCK, is_leftover, reason_of
from samizdat.system.manifests import (
    COMPLETE,
    FILES,
    MANIFEST,
    PENDING,
    ManifestError,
    accepted,
    bytes_of,
    file_digest,
    listed,
    read_manifest,
)
from samizdat.system.paths import outside_path

OF_REPORT = ".report.json"  # the manifest of a report
PAGE = "report.html"
_MANIFESTS = (MANIFEST, OF_REPORT)
_TRIES = 20  # times that it begins again because a writer was faster


class DamageError(ValueError):
    """What is wrong with a folder, in one line."""


class Verified(NamedTuple):
    """What was found in a folder.

    Attributes
    ----------
    checked
        Number of files that were compared with their digests.
    wrong
        A line for each file that is damaged or missing, with its path in the folder.
    notes
        A line for each thing that could not be compared: files that nobody listed, parts of a sweep
        that are not in this copy.
    """

    folder: Path
    checked: int
    wrong: list[str]
    notes: list[str]

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged or missing."""
        return not self.wrong


def verify(folder: str | Path) -> Verified:
    """Compare every file of a folder with the digest that was written down for it.

    The folder is that of a run, a sweep (its quick form and its report included), a comparison or a
    report. A process may be writing to it.

    Raises
    ------
    DamageError
        In one line, if the folder holds nothing that can be verified.

    Examples
    --------
    >>> from samizdat import sweep, verify
    >>> experiment = {
    ...     "question": "Who is in the street?", "scenario": "town", "until": "2014-03-03",
    ...     "set": {"citizens": 100}, "design": {"factors": {"regime": ["open", "ban"]}},
    ... }
    >>> table = sweep(experiment, "results/verified", jobs=1)
    >>> verify("results/verified").sound
    True
    """
    root = outside_path(folder, error=DamageError)
    if not root.is_dir():
        raise DamageError(f"{root}: no such folder")
    places = sorted(_places(root))
    if not places:
        raise DamageError(f"{root}: holds no run, no sweep and no report ({MANIFEST} is missing)")
    found = [_Place(root, place, places).checked() for place in places]
    if root not in places:
        found.append(_Place(root, root, places).without_manifest())
    return Verified(
        root,
        sum(each.files for each in found),
        [line for each in found for line in each.wrong],
        [line for each in found for line in each.notes],
    )


def check_folder(folder: Path) -> None:
    """Check that nothing in a folder is damaged or missing.

    Raises
    ------
    DamageError
        In one line: the first thing that is.
    """
    found = verify(folder)
    if not found.sound:
        more = f" (and {len(found.wrong) - 1} more)" if len(found.wrong) > 1 else ""
        raise DamageError(f"{folder}: {found.wrong[0]}{more}")


def _places(root: Path) -> Iterator[Path]:
    """Yield the folders at and below a folder that have a manifest."""
    for place, _, names in os.walk(root):
        if any(name in names for name in _MANIFESTS):
            yield Path(place)


class _Place:
    """One folder with a manifest; paths in lines are relative to the folder that was asked for."""

    def __init__(self, root: Path, place: Path, places: list[Path]) -> None:
        self.root, self.place = root, place
        self.others = [other for other in places if other != place and place in other.parents]
        self.files = 0
        self.wrong: list[str] = []
        self.notes: list[str] = []

    def checked(self) -> "_Place":
        """Verify; begin again as long as a writer replaces the manifest meanwhile."""
        path = next(self.place / name for name in _MANIFESTS if (self.place / name).exists())
        before = b""
        for _ in range(_TRIES):
            self.files, self.wrong, self.notes = 0, [], []
            self._check(path)
            try:
                now = bytes_of(path)
            except OSError:
                break
            if not self.wrong or now == before:
                break
            before = now
        return self

    def without_manifest(self) -> "_Place":
        """Name the files that are in none of the folders below that have a manifest."""
        self._name_unlisted(set())
        return self

    def _check(self, path: Path) -> None:
        self.files += 1
        try:
            manifest = read_manifest(path)
        except OSError as error:
            self._is_wrong(path.name, reason_of(error))
            return
        except ManifestError as error:
            self._is_wrong(path.name, str(error).removeprefix(f"{path}: "))
            return
        for name in listed(manifest):
            self._check_file(name, manifest)
        if path.name == OF_REPORT and manifest.get("status") != COMPLETE:
            self._note(path.name, "the report was not finished: write it again")
        if "experiment" in manifest:
            self._check_parts(manifest)
        self._name_unlisted(set(listed(manifest)) | {path.name})

    def _check_file(self, name: str, manifest: dict[str, Any]) -> None:
        path = self.place / name
        try:
            digest = file_digest(path)
        except FileNotFoundError:
            if name in manifest.get(FILES, {}):
                self._is_wrong(name, "is missing")
            return
        except (OSError, ValueError) as error:
            self._is_wrong(name, reason_of(error) if isinstance(error, OSError) else str(error))
            return
        self.files += path.parent not in self.others  # counted there
        if digest not in accepted(manifest, name):
            self._is_wrong(name, "has changed since it was written")
        elif name == NATION and "nation_sha256" in manifest and PENDING not in manifest:
            try:
                same = table_digest(parsed_table(bytes_of(path))) == manifest["nation_sha256"]
            except (OSError, ValueError):
                same = False
            if not same:
                self._is_wrong(name, "is not the table whose content the manifest describes")

    def _check_parts(self, manifest: dict[str, Any]) -> None:
        """Check the parts of a sweep, whose names hold their digests."""
        runs, series = self.place / parts.RUNS, self.place / parts.SERIES
        self.files += len(parts.parts_in(runs)) + len(parts.parts_in(series))
        for part in [*parts.damaged_in(runs), *parts.damaged_in(series)]:
            self._is_wrong(
                f"{part.path.parent.name}/{part.path.name}", "has changed since it was written"
            )
        if not runs.is_dir() and not series.is_dir():
            self._note(parts.RUNS, "the runs of the sweep are not in this copy")
            return
        if manifest.get("status") != COMPLETE or self.wrong:
            return
        try:
            _, design = read_design(self.place)
            experiment = experiment_of(manifest)
        except (ExperimentError, KeyError) as error:
            self._is_wrong(DESIGN, str(error))
            return
        left = len(parts.unfinished(design, self.place))
        if left:
            self._is_wrong(parts.RUNS, f"{left:,} runs of a complete sweep are missing")
        if experiment.scenario is not None and experiment.spaced is not None:
            there = {part.place for part in parts.parts_in(series)}
            for part in parts.parts_in(runs):
                if part.place not in there and _has_done(part):
                    self._is_wrong(parts.SERIES, f"the series of {part.path.name} is missing")

    def _name_unlisted(self, known: set[str]) -> None:
        """Name the files that belong to nobody."""
        of_parts = {
            f"{kind}/{part.path.name}"
            for kind in (parts.RUNS, parts.SERIES)
            for part in parts.parts_in(self.place / kind)
        }
        for path in sorted(self.place.rglob("*")):
            name = path.relative_to(self.place).as_posix()
            if path.is_dir() or name in known or name in of_parts:
                continue
            if name.startswith(LOCK) or name == ".manifest.lock":
                continue
            if any(other in path.parents for other in self.others):
                continue
            if name.startswith(f"{parts.DAMAGED}/"):
                self._note(name, "was set aside, its runs are done again")
            elif is_leftover(path.name):
                self._note(name, "was left by a process that was killed")
            elif path.name == PAGE and not path.with_name(OF_REPORT).is_file():
                self._is_wrong(
                    path.with_name(OF_REPORT).relative_to(self.place).as_posix(), "is missing"
                )
            else:
                self._note(name, "is not listed")

    def _is_wrong(self, name: str, how: str) -> None:
        self.wrong.append(f"{self._path(name)}: {how}")

    def _note(self, name: str, how: str) -> None:
        self.notes.append(f"{self._path(name)}: {how}")

    def _path(self, name: str) -> str:
        return (self.place.relative_to(self.root) / name).as_posix()


def _has_done(part: parts.Part) -> bool:
    """Return whether a part of runs holds one that did not fail."""
    table = parts.read_part(part, ["RunId", "error"])
    return table is not None and bool(compute.any(compute.is_null(table["error"])).as_py())

"""A record of the files of a report, so that the next report removes these and nothing else."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from samizdat.batch.experiment import ExperimentError
from samizdat.batch.parts import RUNS, parts_in
from samizdat.batch.results import Results
from samizdat.batch.verify import OF_REPORT as WRITTEN
from samizdat.system.manifests import (
    COMPLETE,
    FILES,
    RUNNING,
    file_digest,
    read_manifest,
    write_manifest,
)

_OF_A_REPORT = re.compile(r"[^/]+\.csv|figures/[^/]+\.png")


def begin(place: Path) -> None:
    """Note that a report is being written; until `remember` its files are listed as nobody's."""
    earlier = _known(place)
    facts = {"status": RUNNING, "runs": earlier.runs, "files": earlier.files}
    place.mkdir(parents=True, exist_ok=True)
    write_manifest(place / WRITTEN, facts)


def remember(place: Path, files: Iterable[Path], runs: int) -> None:
    """Record the files of a report and its number of runs; remove those of an earlier report."""
    names = sorted(path.relative_to(place).as_posix() for path in files)
    for name in _known(place).files:
        if name not in names:
            (place / name).unlink(missing_ok=True)
    digests = {name: file_digest(place / name) for name in names}
    listed = [name for name in names if _OF_A_REPORT.fullmatch(name)]
    facts = {"status": COMPLETE, "runs": runs, "files": listed, FILES: digests}
    write_manifest(place / WRITTEN, facts)


def check_not_empty(results: Results, place: Path, page: str) -> None:
    """Check that the runs of a sweep exist, or that it never had any.

    Raises
    ------
    ExperimentError
        If the manifest or an earlier report says that runs were done, but there is no part.
    """
    folder, manifest = results.folder, results.manifest
    if parts_in(folder / RUNS):
        return
    done = manifest.get("finished") or 0
    if not done and manifest.get("status") == COMPLETE:
        done = results.planned
    if done or ((place / page).exists() and _known(place).runs != 0):
        who = f"the manifest says that {done:,} runs were done" if done else "there is a report"
        raise ExperimentError(
            f"{folder / RUNS}: holds no part, though {who}; sweeping again makes them, "
            "and the report stays as it is"
        )


class _Known(NamedTuple):
    """What is known of an earlier report."""

    files: list[str]
    runs: int | None


def _known(place: Path) -> _Known:
    """Return the files of an earlier report, and its number of runs if that is known."""
    try:
        table = read_manifest(place / WRITTEN)
        files = [str(name) for name in table["files"]]
        runs = None if table["runs"] is None else int(table["runs"])
    except (OSError, ValueError, KeyError, TypeError):
        return _Known([], None)
    return _Known([name for name in files if _OF_A_REPORT.fullmatch(name)], runs)

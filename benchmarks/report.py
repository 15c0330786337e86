"""Where the figures go: tables and pictures in one folder, with a manifest and a page that reads.

A part that runs replaces its own tables and leaves the others; the page is made of what is there.
"""

import datetime as dt
import sys
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from samizdat.core.jit import source_digest
from samizdat.run.provenance import commit_of_source, machine, versions
from samizdat.system.files import make_folder, partial_of
from samizdat.system.manifests import (
    FILES,
    MANIFEST,
    file_digest,
    publish,
    read_manifest,
    staged,
    write_manifest,
)
from samizdat.system.roofline import Timing, describe_machine

PEERS = ("mesa", "networkx", "ndlib", "EoN", "cynetdiff", "starsim")
FOLDER = Path("results/benchmarks")
_began = time.perf_counter()


def notify(line: str) -> None:
    """Show how far it is, on the error stream."""
    print(f"[{time.perf_counter() - _began:6.0f} s] {line}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    citizens: int = 1_000_000
    up_to: int = 1_000_000
    repeats: int = 5
    threads: tuple[int, ...] = (1, 2)
    budget: float = 180.0  # seconds for one cell of a table of peers
    quick: bool = False


@dataclass
class Results:
    """The folder of the benchmarks."""

    asked: Asked
    folder: Path = FOLDER
    written: list[str] = field(default_factory=list)

    def write(self, name: str, table: pd.DataFrame, **also: Any) -> None:
        """Write a table, and note in the manifest with what it was measured."""
        make_folder(self.folder)
        commit, dirty = commit_of_source()
        tables, file = self.manifest(), f"{name}.csv"
        tables[name] = {
            "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "commit": commit,
            "commit_dirty": dirty,
            "source_digest": source_digest(),
            "machine": machine(),
            "machine_in_words": describe_machine(),
            "versions": {**versions(), **_peer_versions()},
            "asked": vars(self.asked),
            **also,
        }
        before = self._facts()
        stay = {n: d for n, d in before.get(FILES, {}).items() if n.endswith(".csv")}
        facts = {"tables": dict(sorted(tables.items())), FILES: stay}
        with staged() as partials:
            partials[file] = partial_of(self.folder / file)
            table.to_csv(partials[file], index=False, float_format="%.6g")
            publish(self.folder, before, facts, partials)
        self.written.append(name)

    def list_files(self, names: list[str]) -> None:
        """List the page and its pictures in the manifest, once they are made of all tables."""
        digests = {name: file_digest(self.folder / name) for name in names}
        facts = self._facts()
        write_manifest(self.folder / MANIFEST, {**facts, FILES: {**facts[FILES], **digests}})

    def manifest(self) -> dict[str, Any]:
        """Return what is known of the tables that are there."""
        return dict(self._facts().get("tables", {}))

    def _facts(self) -> dict[str, Any]:
        try:
            return read_manifest(self.folder / MANIFEST)
        except FileNotFoundError:
            return {}

    def read(self, name: str) -> pd.DataFrame | None:
        """Return a table, or None where that part never ran."""
        path = self.folder / f"{name}.csv"
        return pd.read_csv(path) if path.exists() else None


class Timings:
    """A table of what was timed, a line each, said as it comes and printed at the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[dict[str, Any]] = []

    def row(self, what: str, values: list[float], unit: str, wanted: float | None) -> None:
        """Add what was timed several times, and what is wanted of it."""
        t = Timing.of(values)
        self.rows.append({"what": what, "unit": unit, "median": t.median, "least": t.least,
                          "most": t.most, "runs": t.repeats, "wanted": wanted})  # fmt: skip
        notify(f"{self.name}: {what}: {t.median:.3g} {unit}")

    def show(self, width: int, word: str) -> None:
        """Print the table."""
        print(f"{self.name}: median (least ... most), and what is wanted")
        for r in self.rows:
            wanted = "" if r["wanted"] is None else f"  {word} {r['wanted']:g}"
            print(f"  {r['what']:{width}} {r['median']:9.3g} {r['unit']:2}"
                  f" ({r['least']:.3g} ... {r['most']:.3g}){wanted}")  # fmt: skip


def _peer_versions() -> dict[str, str]:
    found = {}
    for name in PEERS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found

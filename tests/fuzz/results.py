"""Folders of results whose files are changed: none passes `verify`, none gives other numbers."""

import os
import shutil
import stat

import pandas as pd

from fuzz import inputs, mutators
from fuzz.cases import MisreadError

TOWN = ["town", "--citizens", 40, "--until", "2014-03-06", "--quiet", "--threads", 1]
INTERRUPTED = 143
# A run that gets SIGTERM after its third step.
STOPPED = """\
import os
from samizdat import Simulation
from samizdat.cli import main
step = Simulation.step
def stopped(self, *args, **more):
    step(self, *args, **more)
    if self.step_number == 3:
        os.kill(os.getpid(), 15)
Simulation.step = stopped
main({args})
"""
VIEWED = """\
import hashlib
from pathlib import Path
from samizdat.page.reopen import choice_of_run
from samizdat.scenario.interventions import to_toml
choice = choice_of_run(Path('x'), {run})
world = hashlib.sha256(to_toml(choice.load()).encode()).hexdigest()
print(world, choice.seed, choice.regime, choice.values, choice.citizens)
"""
TABLE = """\
import warnings
from samizdat import read_table
warnings.simplefilter("error")
print(read_table("x").to_json())
"""


def build(cases, home):
    """Make a folder with a finished run, one of an interrupted run, a sweep and its report."""
    (home / "small.toml").write_text(inputs.EXPERIMENT)
    begun = ["run", *TOWN, "--out", "begun", "--checkpoint-every", 2, "--no-figures"]
    for args in (
        ["run", *TOWN, "--out", "run"],
        ["sweep", "small.toml", "--out", "sweep", "--jobs", 1, "--quiet"],
        ["report", "sweep", "--quiet"],
    ):
        ended = cases.command(home, *args)
        assert ended.code == 0, ended.err
    ended = cases.python(home, STOPPED.format(args=[str(arg) for arg in begun]))
    assert ended.code == INTERRUPTED, ended.err
    return home


def contents(cases, folder, chance, finished):
    """A folder of results with a file changed, removed, replaced or added."""
    kind = chance.choice(["run", "begun", "sweep"])
    there = folder / "x"
    shutil.copytree(finished / kind, there)
    change(there, chance)
    sound = unchanged(there, finished / kind)
    reads = READERS[kind]
    return chance.choice(reads)(cases, folder, finished / kind, sound)


def change(there, chance):
    """Change, remove or replace one of the files of a folder, or add one."""
    files = sorted(p for p in there.rglob("*") if p.is_file())
    path = chance.choice(files)
    other = chance.choice(files).read_bytes()
    match chance.randrange(9):
        case 0 | 1 | 2:
            path.write_bytes(mutators.bytes_changed(path.read_bytes(), chance))
        case 3:
            path.unlink()
        case 4:
            path.unlink()
            path.mkdir()
        case 5:
            path.write_bytes(other)
        case 6:
            path.unlink()
            os.mkfifo(path)
        case 7:
            path.unlink()
            path.symlink_to(chance.choice(["/dev/zero", path.name, "nowhere", "/etc", "/dev/full"]))
        case _:
            path.write_bytes(b"")


def unchanged(there, before):
    """Whether every file that was there is as it was; locks may differ."""
    names = [path.relative_to(before) for path in before.rglob("*") if path.is_file()]
    return all(
        stat.S_ISREG((there / name).lstat().st_mode)
        and (there / name).read_bytes() == (before / name).read_bytes()
        if (there / name).is_file()
        else False
        for name in names
        if not name.name.startswith(".lock") and name.name != ".manifest.lock"
    )


def verified(cases, folder, before, sound):
    """`samizdat verify` says exactly whether anything has changed."""
    ended = cases.command(folder, "verify", "x")
    if not sound and ended.code == 0:
        raise MisreadError(f"a changed folder passes: {ended.out}")
    if sound and ended.code != 0:
        raise MisreadError(f"a sound folder does not pass: {ended.out} {ended.err}")
    return ended


def resumed(cases, folder, before, sound):
    """`run --resume` refuses, or ends with the numbers of a run that was not interrupted."""
    ended = cases.command(folder, "run", "--resume", "x", "--threads", 1)
    if ended.code == 0:
        check_nation(folder, before.parent / "run")
    return ended


def check_nation(folder, unbroken):
    found, right = (pd.read_parquet(each / "nation.parquet") for each in (folder / "x", unbroken))
    if not found.equals(right):
        raise MisreadError("other numbers after --resume")


def reported(cases, folder, before, sound):
    """`samizdat report` refuses, or writes the tables of an unchanged sweep."""
    ended = cases.command(folder, "report", "x")
    if ended.code == 0 and "not complete" not in ended.out:
        for path in (before / "report").glob("*.csv"):
            found = folder / "x" / "report" / path.name
            if found.read_bytes() != path.read_bytes():
                raise MisreadError(f"report: other numbers in {path.name}")
    return ended


def viewed(cases, folder, before, sound):
    """`samizdat view --run` refuses, or shows the world that it showed before."""
    sweep = (before / "design.parquet").exists()
    run = int(pd.read_parquet(before / "design.parquet")["RunId"].iloc[3]) if sweep else None
    return same_out(cases, folder, before, VIEWED.format(run=run))


def read(cases, folder, before, sound):
    """`read_table` refuses, or returns the table that it returned before."""
    return same_out(cases, folder, before, TABLE)


def same_out(cases, folder, before, statements):
    """Run statements on a changed folder and, if they end, on the folder as it was."""
    raises = ("ValueError", "OSError", "UserWarning")
    ended = cases.python(folder, statements, raises)
    if ended.code == 0:
        shutil.rmtree(folder / "x")
        shutil.copytree(before, folder / "x")
        if cases.python(folder, statements, raises).out != ended.out:
            raise MisreadError(f"other numbers: {ended.out[:200]}")
    return ended


def compacted(cases, folder, before, sound):
    """`samizdat compact` refuses, or leaves the rows that were there."""
    return cases.command(folder, "compact", "x")


READERS = {
    "run": [verified, verified, resumed, viewed],
    "begun": [verified, verified, resumed],
    "sweep": [verified, verified, reported, viewed, read, compacted],
}

"""What is said of runs that failed to whoever called from Python."""

import math
from typing import Any

from samizdat.batch.experiment import DUMMY
from samizdat.batch.results import Results

LENGTH = 300  # characters shown of what went wrong


class FailedRuns(RuntimeError):  # noqa: N818 - named for what the caller is told
    """Runs of a sweep failed; what was finished is in its folder.

    Parameters
    ----------
    told
        How many failed, and of what, in a line.
    trouble
        The traceback of the first, where there is one: a note of the error.
    """

    def __init__(self, told: str, trouble: str | None = None) -> None:
        super().__init__(told)
        if trouble:
            self.add_note(trouble.rstrip())


def told_of_failures(results: Results, failed: int, *, keep_going: bool) -> str:
    """Say in a line how many runs failed, where the first one did, and what can be done.

    Parameters
    ----------
    failed
        How many of a call did.
    keep_going
        Whether the call went on after the first.
    """
    told = f"{failed:,} of {results.planned:,} runs failed"
    if len(results.failed):
        run = results.failed.iloc[0]
        values = [f"{name} = {_written(run[name])}" for name in results.factors if name != DUMMY]
        where = ", ".join([*values, f"seed = {run['seed']}"])
        told += f", the first at {where}: {str(run['error'])[:LENGTH]}"
    if keep_going:
        return f"{told}; the table has the {len(results.table):,} others"
    return (
        f"{told}; {len(results.table):,} are done and kept in {results.folder}, "
        "keep_going=True goes on to the end and returns the others"
    )


def _written(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return str(value)

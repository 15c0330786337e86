"""A sweep of a function in a process of its own: python drive.py OUT FUNCTION TABLE [KEY=VALUE].

It ends with the exit code of the command line; a usage error is one line on stderr.
"""

import json
import sys
from pathlib import Path

import functions

from samizdat.batch.experiment import Experiment
from samizdat.batch.plan import SweepPlan
from samizdat.batch.sweep import Shard, run_sweep
from samizdat.system.interrupts import StopSwitch


def main(out, function, table, *options):
    given = dict(option.split("=") for option in options)
    shard = given.get("shard")
    plan = SweepPlan.of(Experiment.from_table(json.loads(table)), getattr(functions, function))
    try:
        with StopSwitch(twice=True) as stop:
            ended = run_sweep(
                plan, Path(out), jobs=int(given.get("jobs", 2)), stop=stop,
                shard=Shard(*map(int, shard.split("/"))) if shard else None,
                keep_going="keep_going" in given,
            )  # fmt: skip
    except (ValueError, OSError) as error:
        print(f"samizdat: {error}", file=sys.stderr)
        sys.exit(2)
    print(json.dumps(ended._asdict(), default=str))
    sys.exit(ended.exit_code if ended.status == "interrupted" else bool(ended.failed))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A process that has imported the model once, and runs each case in a copy of itself (fork).

It reads one case a line (JSON) from stdin and answers one line on stdout. A case is a command line,
or Python statements. The copy has limits on its memory and on the files that it writes, and it is
ended after its time, with all processes that it started.
"""

import contextlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

SECONDS = 10.0
MEMORY = 1 << 30  # bytes of the resident set, which the client compares
FILES = 64 << 20  # bytes of a file that a case may write


def main() -> None:
    """Answer case after case until stdin ends."""
    warm_up()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def warm_up() -> None:
    """Import what the cases need, and load the compiled kernel."""
    import matplotlib as mpl

    mpl.use("Agg")
    import samizdat.batch.results
    import samizdat.cli
    import samizdat.figures
    import samizdat.page.reopen
    import samizdat.report.write  # noqa: F401
    from samizdat import Scenario, Simulation

    simulation = Simulation(Scenario.load("town").change({"citizens": 50}), threads=1)
    for _ in range(12):
        simulation.step()


def answer(case: dict) -> dict:
    """Run a case in a copy of this process; return how it ended and what it printed."""
    folder = Path(case["folder"])
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os._exit(run(case, folder))
    status, used, hung = wait(pid, began + SECONDS)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "hung": hung,
        "seconds": time.monotonic() - began,
        "memory": used.ru_maxrss * 1024,
        "out": (folder / ".out").read_text(errors="replace")[-4000:],
        "err": (folder / ".err").read_text(errors="replace")[-20000:],
    }


def wait(pid: int, until: float) -> tuple[int, resource.struct_rusage, bool]:
    """Wait for a copy; end it and its children when its time is over."""
    hung = False
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # what it left behind
            return status, used, hung
        if time.monotonic() > until and not hung:
            hung = True
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.002)


def run(case: dict, folder: Path) -> int:
    """Run the case; return the exit code, as a fresh interpreter would."""
    os.setsid()
    os.chdir(folder)
    os.environ["HOME"] = str(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILES, FILES))
    for number, name in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115 - as a fresh interpreter opens it
        2, "w", encoding="utf-8", errors="backslashreplace", closefd=False
    )
    try:
        if "args" in case:
            from samizdat.cli import main as command

            command(case["args"])
        exec(compile(case["python"], "case", "exec"), {})
        return 0
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        if any(each.__name__ in case.get("raises", ()) for each in type(error).__mro__):
            print(f"samizdat: {error}", file=sys.stderr)
            return 2
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    main()

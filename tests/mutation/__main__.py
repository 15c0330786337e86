"""Mutation testing: ``python tests/mutation [NAME ...]`` changes a module here and there, and asks
whether its tests notice.

``mutants.toml`` lists the modules and their tests. Each mutant is made and tested in a copy of the
tree, so a run that is killed leaves nothing behind; the same command goes on where it ended: what
was killed stays so, what survived is tried again.
"""

import argparse
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult
from sample import sampled

ROOT = Path(__file__).parents[2]
TABLE, SESSIONS = Path(__file__).with_name("mutants.toml"), ROOT / "build" / "mutants"
# What a copy holds; without .git, so that no test asks git about it.
COPIED = ("model", "tests", "benchmarks", "docs", "experiments", "README.md", "CHANGELOG.md",
          "CITATION.cff", "Makefile", "constraints.txt", "pyproject.toml", "setup.cfg")  # fmt: skip
PATIENCE = 10  # how many times as long as without a mutant the tests may take, and GRACE
GRACE = 20.0  # seconds


@dataclass
class Module:
    """A row of the table: a module, the tests that are to notice, and what they need not."""

    path: str
    tests: list[str]
    interpreted: bool = False  # run with numba switched off: what is compiled is Python
    survivor: list[dict[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its path within the package, without the suffix."""
        return self.path.removeprefix("model/samizdat/").removesuffix(".py")

    def command(self, seconds: float) -> str:
        """The test command; it ends itself a little later than this, should nobody do so."""
        limit = int(seconds) + 5
        pytest = f"import signal, sys, pytest; signal.alarm({limit}); sys.exit(pytest.main())"
        jit = f"NUMBA_DISABLE_JIT={int(self.interpreted)}"
        how = f"-q -x -p no:cacheprovider {' '.join(self.tests)}"
        return f"env {jit} {sys.executable} -c '{pytest}' {how}"

    def reason(self, result: WorkResult) -> str:
        """Why this mutant may survive; empty if the table does not say."""
        lines = [line[1:].strip() for line in changed(result)]
        known = [each for each in self.survivor if {each["was"], each["now"]} <= {*lines}]
        return known[0]["why"] if known else ""


def changed(result: WorkResult) -> list[str]:
    """The lines that a mutant loses (-) and those that take their place (+)."""
    lines = (result.diff or "").splitlines()[3:]
    return [line for line in lines if line[:1] in "-+"]


def enter_copy(folder: Path) -> None:
    """Let a worker live in a copy of the tree, compiled so that only what is mutated is not."""
    copy = Path(tempfile.mkdtemp(prefix="copy-", dir=folder))
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy2(ROOT / name, copy / name)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy / "model")
    os.system(f"{sys.executable} -m compileall -q --invalidation-mode checked-hash model tests")


def tested(item: WorkItem | None, module: Module, seconds: float) -> tuple[WorkResult, float]:
    """Test a mutant, or the module as it is; return the result and how long it took (s)."""
    began = time.perf_counter()
    mutations = item.mutations if item else ()
    result = mutate_and_test(mutations, module.command(seconds), seconds)
    if result.worker_outcome is not WorkerOutcome.NORMAL:
        raise RuntimeError(f"{module.name}: {mutations} cannot be tested\n{result.output}")
    return result, time.perf_counter() - began


def session_of(module: Module, seed: int, count: int) -> Path:
    """The file of results: another one as soon as the module or the sample changes."""
    text = f"{seed} {count} {hashlib.sha256((ROOT / module.path).read_bytes()).hexdigest()}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return SESSIONS / f"{module.name.replace('/', '.')}-{digest}.sqlite"


def to_do(database: WorkDB, module: Module, seed: int, count: int) -> list[WorkItem]:
    """The mutants that are yet to be tested, or survived when they were."""
    if not database.num_work_items:
        database.add_work_items(sampled(module.path, seed, count))
    done = {item.job_id for item, result in database.completed_work_items if result.is_killed}
    items = [item for item in database.work_items if item.job_id not in done]
    return sorted(items, key=lambda item: item.mutations[0].start_pos)


def results(
    module: Module, pool: ProcessPoolExecutor, path: Path, seed: int, count: int
) -> list[WorkResult]:
    """Test what is to be tested; return the results of all mutants in the sample."""
    with use_db(str(path)) as database:
        items = to_do(database, module, seed, count)
        if items:
            plain, seconds = pool.submit(tested, None, module, 600.0).result()
            if plain.test_outcome is not TestOutcome.SURVIVED:
                raise SystemExit(f"{module.name}: its tests fail as it is\n{plain.output}")
            seconds = GRACE + PATIENCE * seconds
            flying = [(item, pool.submit(tested, item, module, seconds)) for item in items]
            for item, future in flying:
                database.set_result(item.job_id, future.result()[0])
        return [result for _, result in database.completed_work_items]


def told(module: Module, results: list[WorkResult]) -> Iterator[str]:
    """The row of a module, then its survivors."""
    survived = [each for each in results if not each.is_killed]
    late = sum(each.is_killed and each.output == "timeout" for each in results)
    killed, score = len(results) - len(survived), 1 - len(survived) / max(1, len(results))
    yield f"{module.name:32}{len(results):8}{killed:8}{late:9}{len(survived):10}{score:8.1%}"
    for each in survived:
        yield from (f"    {line}" for line in changed(each))
        yield f"        {module.reason(each) or 'NO REASON IS GIVEN'}"


def main() -> int:
    """Run; return 0 if enough are killed in each module, and a reason is given for the others."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="modules, as in regime/levers; all if none")
    parser.add_argument("--mutants", type=int, default=table["mutants"], help="of each module")
    parser.add_argument("--seed", type=int, default=table["seed"], help="of the sample")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    asked = parser.parse_args()
    modules = [Module(**row) for row in table["module"]]
    chosen = [m for m in modules if not asked.names or any(n in m.name for n in asked.names)]
    if not chosen:
        parser.error(f"none of {', '.join(m.name for m in modules)} is named so")
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    os.chdir(ROOT)
    SESSIONS.mkdir(parents=True, exist_ok=True)
    enough = True
    print(f"{'module':32}{'mutants':>8}{'killed':>8}{'timeout':>9}{'survived':>10}{'score':>8}")
    with (
        tempfile.TemporaryDirectory(prefix="samizdat-mutants-") as folder,
        ProcessPoolExecutor(asked.workers, initializer=enter_copy, initargs=(folder,)) as pool,
    ):
        try:
            for module in chosen:
                path = session_of(module, asked.seed, asked.mutants)
                if asked.fresh:
                    path.unlink(missing_ok=True)
                found = results(module, pool, path, asked.seed, asked.mutants)
                print(*told(module, found), sep="\n", flush=True)
                survived = [each for each in found if not each.is_killed]
                enough &= len(survived) <= (1 - table["least"]) * len(found)
                enough &= all(module.reason(each) for each in survived)
        finally:
            pool.shutdown(cancel_futures=True)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())

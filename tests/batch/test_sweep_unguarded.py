"""A script that calls `sweep` again in every process that imports it."""

import multiprocessing
import os
import sys

import pytest
from functions import silent
from sweeping import finish, grid, manifest_of, started, swept

from samizdat.batch.executors import IMPORTED, Processes, check_main_is_a_file
from samizdat.batch.experiment import ExperimentError

SCRIPT = """
from functions import silent
from samizdat import sweep

print("The script runs.", flush=True)
table = {"question": "?", "design": {"factors": {"x": [1, 2, 3, 4]}}, "measures": ["y", "z"]}
sweep(table, "out", jobs=2, model=silent)
"""
MODULE = SCRIPT.replace("from functions import silent\n", "import functions\n").replace(
    "table =", "def silent(point, seed):\n    return functions.silent(point, seed)\n\n\ntable ="
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "command", "runs"),
    [
        (SCRIPT, ["study.py"], 3),
        (MODULE, ["-c", "import sys; sys.path.insert(0, ''); import study"], 3),
    ],
)
def test_an_unguarded_script_is_told_once_what_it_lacks(tmp_path, text, command, runs):
    (tmp_path / "study.py").write_text(text)
    code, out, err = finish(started(*command, cwd=tmp_path))
    assert code == 1
    assert out.count("The script runs.") <= runs
    assert err.count("Traceback") == 1
    last = err.strip().splitlines()[-1]
    assert last.startswith("samizdat.batch.experiment.ExperimentError: ")
    assert 'calls sweep without `if __name__ == "__main__":`' in last
    assert "jobs=1" in last
    assert manifest_of(tmp_path / "out")["status"] == "failed"


@pytest.fixture
def process():
    """This process, whose name and state a test may change."""
    this = multiprocessing.current_process()
    name = this.name
    yield this
    this.name = name
    vars(this).pop("_inheriting", None)


class Left(BaseException):
    """In place of the end of the process."""


def _leave(code):
    raise Left(code)


def test_a_worker_that_imports_a_script_that_sweeps_ends(tmp_path, process, monkeypatch):
    monkeypatch.setattr(os, "_exit", _leave)
    process.name = "SweepWorker-3"
    with pytest.raises(Left, match=str(IMPORTED)):
        swept(tmp_path / "out", grid(1, 1), silent)
    assert not (tmp_path / "out").exists()


def test_a_run_may_call_a_sweep_of_its_own(tmp_path, process, monkeypatch):
    monkeypatch.setattr(os, "_exit", _leave)
    monkeypatch.setattr("samizdat.batch.executors._busy", True)
    process.name = "SweepWorker-3"
    assert len(swept(tmp_path / "out", grid(1, 1), silent)) == 2


def test_a_process_of_somebody_else_that_imports_such_a_script_is_told(tmp_path, process):
    process._inheriting = True
    with pytest.raises(ExperimentError, match="calls sweep without `if __name__"):
        swept(tmp_path / "out", grid(1, 1), silent)
    assert not (tmp_path / "out").exists()


class Pool:
    """A pool whose processes have ended."""

    def __init__(self, codes):
        self._processes = {k: Process(code) for k, code in enumerate(codes)}

    def shutdown(self, **how):
        pass


class Process:
    def __init__(self, exitcode):
        self.exitcode = exitcode


def test_a_script_from_standard_input_is_told_to_be_a_file(tmp_path, monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", None)
    monkeypatch.setattr(main, "__file__", "<stdin>", raising=False)
    with pytest.raises(ExperimentError, match=r"<stdin>: is no file.*jobs=1"):
        swept(tmp_path / "out", grid(2, 1), silent, jobs=2)
    assert len(swept(tmp_path / "out", grid(2, 1), silent, jobs=1)) == 4
    monkeypatch.delattr(main, "__file__")  # a prompt
    check_main_is_a_file()
    monkeypatch.setattr(main, "__file__", __file__, raising=False)
    check_main_is_a_file()


@pytest.mark.parametrize(
    ("codes", "cause"),
    [
        ([-15, 3, -15], "exit code 3"),
        ([-9, -15], "SIGKILL"),
        ([-15, -15], "SIGTERM"),
        ([None, -11], "SIGSEGV"),
        ([-40, -15], "signal 40"),
    ],
)
def test_the_cause_of_a_worker_s_end_is_not_that_of_those_that_its_pool_ended(codes, cause):
    workers = Processes(2)
    assert workers.cause() is None
    workers._pool = Pool(codes)
    assert workers.renew()
    assert workers.cause() == cause
    workers.close()


def test_workers_that_left_because_they_imported_are_not_started_again():
    workers = Processes(2)
    workers._pool = Pool([-15, IMPORTED])
    with pytest.raises(ExperimentError, match="calls sweep without"):
        workers.renew()


@pytest.mark.slow
def test_a_model_that_a_worker_cannot_import_is_one_line(tmp_path):
    (tmp_path / "odd.py").write_text(
        "import multiprocessing\n\n"
        "if multiprocessing.parent_process():\n    raise ImportError('not here')\n\n\n"
        "def model(point, seed):\n    return {'y': 1, 'z': 1}\n"
    )
    (tmp_path / "study.py").write_text(
        SCRIPT.replace("from functions import silent", "from odd import model as silent")
        .replace("sweep(table", "if __name__ == '__main__':\n    sweep(table")
        .replace("from odd", "if __name__ == '__main__':\n    from odd")
    )
    code, _, err = finish(started("study.py", cwd=tmp_path))
    assert code == 1
    assert err.count("Traceback") == 1
    assert err.strip().endswith("workers: cannot import the model: ImportError: not here")

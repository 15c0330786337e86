"""The tests import each other's worlds from this folder, the benchmarks from the one above."""

import fcntl
import gc
import os
import sys
from pathlib import Path

import pytest
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
os.environ["SAMIZDAT_CACHE_LIMIT"] = "0"  # nothing on disk, but where a test says so


def pytest_collection():
    """Let nothing be looked through for garbage while modules and tests are read."""
    gc.disable()


def pytest_collection_finish():
    """Leave what was read, which stays to the end, out of all later searches for garbage."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish():
    """Let the end of the process find what was left out."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def each_function_is_compiled_by_one_worker():
    """Let a worker wait for what another one compiles, and load it: on a cold cache, half the time.

    One lock a function. A caller is locked before its callees and no function calls itself, so no
    two workers wait for each other; nor do two threads, as numba's own lock comes first.
    """
    from samizdat.core.jit import cache_folder

    locks = cache_folder()
    locks.mkdir(parents=True, exist_ok=True)
    compile_alone = Dispatcher.compile

    def compile_in_turn(self, sig):
        function = self.py_func
        name = f"{function.__module__}.{function.__qualname__}.lock"
        with global_compiler_lock, (locks / name).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return compile_alone(self, sig)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dispatcher, "compile", compile_in_turn)
        yield

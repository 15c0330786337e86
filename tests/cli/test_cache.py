"""The command `samizdat cache`, for compiled rules. Its populations: tests/run."""

import os
import shutil
import subprocess
import sys

import pytest

from command import call
from samizdat.core import jit
from samizdat.core.jit import cache_folder

OLD = "0123456789abcdef"
DAY = 86400


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder with the rules of this version and of one before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    for folder, size, used in (
        (cache_folder(), 3_000_000, 1_400_000_000),
        (tmp_path / "samizdat" / "compiled" / OLD, 2_000_000, 1_400_000_000 - 10 * DAY),
    ):
        folder.mkdir(parents=True)
        file = folder / "act.compiled"
        file.write_bytes(bytes(size))
        os.utime(file, (used, used))
    return tmp_path / "samizdat" / "compiled"


def test_compiled_rules_are_listed(root, capsys):
    assert call("cache") == 0
    lines = capsys.readouterr().out.splitlines()[-3:]
    assert lines[0] == f"{root}: 2 compiled, 5 MB of at most 500 MB"
    assert lines[1].startswith("      3 MB  2014-05-1")
    assert lines[1].endswith(f"rules of this version, {cache_folder().name}")
    assert lines[2].startswith("      2 MB  2014-05-0")
    assert lines[2].endswith(f"rules of another version, {OLD}")


def test_compiled_rules_are_cleared(root, capsys):
    assert call("cache", "--clear") == 0
    assert f"5 MB removed from {root}\n" in capsys.readouterr().out
    assert list(root.iterdir()) == []
    assert call("cache") == 0
    assert f"{root}: 0 compiled, 0 bytes of at most 500 MB\n" in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_with_damaged_rules_is_the_same_run(tmp_path):
    command = [sys.executable, "-m", "samizdat", "run", "town", "--citizens", "300", "--quiet"]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}

    def ended():
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    own = tmp_path / cache_folder().name
    shutil.copytree(jit._FOLDER, own, ignore=shutil.ignore_patterns(".partial-*"))
    whole = ended()
    for name, keep in (("draws.fill", -1), ("hear.mark_speakers", 0), ("generators.order", 40)):
        for file in own.glob(f"*.{name}-*"):
            file.write_bytes(file.read_bytes()[:keep])
    for file in own.glob("*.passes.hear.listen-*"):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 4
        file.write_bytes(content)
    for lines in (1, 0):  # then all is mended
        again = ended()
        assert (again.returncode, again.stdout) == (0, whole.stdout)
        assert again.stderr.count("\n") == lines

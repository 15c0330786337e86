"""A mechanism that somebody adds, and a claim that she forgets: the law of the shortcuts notices.

It is the mechanism of the tutorial: whoever has kin in detention is aggrieved.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import samizdat

TESTS = Path(__file__).parents[1]
SOLIDARITY = '''"""Solidarity: whoever has kin in detention is aggrieved.

    g += anger c / max(1, n_close) (1 - g)
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity


class Solidarity(NamedTuple):
    """Parameters of solidarity."""

    anger: Annotated[
        float, Quantity("gain if all close ties are detained", 0, 1, "1/day", off=0, rate=True)
    ] = 0.0


@compiled
def angered(g: float, held_kin: int, n_close: int, p: Solidarity) -> float:
    """Return grievance after the arrests of kin."""
    return min(1.0, g + p.anger * held_kin / max(1, n_close) * (1.0 - g))
'''
PARAMETERS = [
    (
        "from samizdat.core.mechanisms.trust import Trust\n",
        "from samizdat.core.mechanisms.solidarity import Solidarity\n"
        "from samizdat.core.mechanisms.trust import Trust\n",
    ),
    (
        "    arrivals: Arrivals = Arrivals()\n",
        "    arrivals: Arrivals = Arrivals()\n    solidarity: Solidarity = Solidarity()\n",
    ),
    (
        "(_A, _B, _C, _D, _E, _F, _G, _H, _I, _J) =",
        "(_A, _B, _C, _D, _E, _F, _G, _H, _I, _J, _K) =",
    ),
    (
        "        Arrivals(*row[_I:_J]),\n",
        "        Arrivals(*row[_I:_J]),\n        Solidarity(*row[_J:_K]),\n",
    ),
]
FEEL = [
    (
        "from samizdat.core.mechanisms.trust import Trust,",
        "from samizdat.core.mechanisms.solidarity import Solidarity, angered\n"
        "from samizdat.core.mechanisms.trust import Trust,",
    ),
    (
        "@embedded\ndef feel(",
        '''@internal
def move_solidarity(
    grievance: NDArray[np.float32],
    heard: NDArray[np.uint32],
    close: NDArray[np.int32],
    p: Solidarity,
) -> None:
    """Advance grievance where a voice arrived, perhaps from detention."""
    for i in range(grievance.size):
        grievance[i] = angered(float(grievance[i]), int(heard[i, HELD_HEARD]), int(close[i]), p)


@internal
def move_solidarity_in_block(b: int, world: World, p: Solidarity) -> None:
    """Advance the grievance of citizens of a block who have kin in detention."""
    state, close = world.state, world.ties.close
    first, end = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])
    while first < end:
        last = end_of(GROUP, first, end)
        if int(world.caches.dirty[first >> GROUP_BITS]):
            heard = state.heard[first:last]
            move_solidarity(state.grievance[first:last], heard, close[first:last], p)
        first = last


@embedded
def feel(''',
    ),
    (
        "        begin, end, moved = int(",
        "        if kin:\n"
        "            move_solidarity_in_block(b, world, p.solidarity)\n"
        "        begin, end, moved = int(",
    ),
]
NOT_AT_REST = (  # "A block whose grievance it moves is not at rest."
    "        relaxes = world.shortcuts and only_relaxes(",
    "        relaxes = world.shortcuts and kin == 0 and only_relaxes(",
)


def edited(file, pairs):
    text = file.read_text()
    for before, after in pairs:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    file.write_text(text)


def law_of_a_copy(folder, feel):
    """What pytest says of the law of the shortcuts, in a copy of the package with the mechanism."""
    model = folder / "model"
    shutil.copytree(Path(samizdat.__file__).parent, model / "samizdat")
    core = model / "samizdat" / "core"
    (core / "mechanisms" / "solidarity.py").write_text(SOLIDARITY)
    edited(core / "parameters.py", PARAMETERS)
    edited(core / "passes" / "feel.py", feel)
    test = "test_shortcuts_change_no_bit_at_the_edges_of_each_number[solidarity.anger]"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         f"{TESTS / 'core' / 'test_shortcuts.py'}::{test}"],
        env={**os.environ, "PYTHONPATH": str(model), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_law_of_the_shortcuts_holds_with_the_tutorials_mechanism(tmp_path):
    said = law_of_a_copy(tmp_path, [*FEEL, NOT_AT_REST])
    assert "1 passed" in said, said


@pytest.mark.slow
def test_the_law_fails_if_a_block_whose_grievance_it_moves_is_taken_to_be_at_rest(tmp_path):
    said = law_of_a_copy(tmp_path, FEEL)
    assert "1 failed" in said, said
    assert ", 'grievance', " in said, said

"""The command line, called in this process."""

import pytest

from samizdat.cli import main


def call(*args):
    """Call the command; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return ended.value.code

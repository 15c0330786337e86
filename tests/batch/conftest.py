"""A sweep that the tests copy."""

import pytest
from sweeping import FEAR, call, write_experiment


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A finished sweep of the model with series in several parts, and its file."""
    folder = tmp_path_factory.mktemp("done")
    file = write_experiment(folder, FEAR + "\n[resources]\nchunk_runs = 5\n")
    assert call("sweep", file, "--out", folder / "out", "--jobs", 1, "--quiet") == 0
    return folder / "out", file

"""Folders of a run that several files of tests use."""

import shutil

import pytest
from recording import interrupted_in


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A run of six steps that was interrupted after the fourth."""
    return interrupted_in(tmp_path_factory.mktemp("interrupted") / "out")


@pytest.fixture
def copy(interrupted, tmp_path):
    return shutil.copytree(interrupted, tmp_path / "out")

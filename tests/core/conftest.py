"""A folder for compiled code."""

import pytest
from compiling import forget

from samizdat.core import jit


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a version that has compiled nothing yet."""
    monkeypatch.setattr(jit, "_FOLDER", tmp_path / "0123456789abcdef")
    forget()
    yield tmp_path / "0123456789abcdef"
    forget()

"""One reader of TOML files, for scenarios and experiments alike."""

import os
import re
import threading

import pytest

from samizdat import Experiment, Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.scenario.shipped import shipped_text
from samizdat.system import input_files, toml_files

LOADS = [Scenario.load, Experiment.load]
EXPERIMENT = """
question = "?"
scenario = "town"
[design]
factors = { chill = [0, 0.1] }
"""
TEXTS = {Scenario.load: shipped_text("town"), Experiment.load: EXPERIMENT}

BAD = {
    "a byte of Windows-1251": (b'a = 1\nb = "\xe9"\n', ", line 2: not a text file in UTF-8"),
    "broken": (b"a = \n", "broken TOML: "),
    "nested lists": (b"a = " + b"[" * 2000 + b"]" * 2000, "broken TOML: nested too deeply"),
    "nested tables": (b"a" + b".a" * 300 + b" = 1", "broken TOML: nested too deeply"),
    "5000 digits": (b"a = " + b"9" * 5000, "a whole number of thousands of digits"),
    "too large": (b"#" * (toml_files.LARGEST + 1), "is larger than 8 MB"),
    "a NUL": (b"a = 1\n\0", "broken TOML: "),
}  # fmt: skip


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_toml_file_is_refused_in_one_line(tmp_path, name, load):
    content, words = BAD[name]
    path = tmp_path / "it.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=re.escape(words)) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/dev/zero", "is a device or a socket, a regular file is needed"),
        ("/dev/null", "is a device or a socket"),
        ("/", "is a directory"),
        ("nowhere.toml", "no such file"),
        ("a\0b.toml", "a path cannot hold a NUL character"),
        ("x" * 5000 + ".toml", "the name is too long"),
    ],
)
def test_what_is_no_file_is_refused(load, path, words):
    with pytest.raises(ScenarioError, match=words):
        load(path)


@pytest.mark.parametrize("load", LOADS)
def test_a_byte_order_mark_is_read_over(tmp_path, load):
    (tmp_path / "it.toml").write_text(TEXTS[load], encoding="utf-8-sig")
    marked = load(tmp_path / "it.toml")
    (tmp_path / "it.toml").write_text(TEXTS[load], encoding="utf-8")
    assert marked == load(tmp_path / "it.toml")


def test_a_scenario_that_an_experiment_names_may_have_a_mark_too(tmp_path):
    from samizdat.batch.plan import SweepPlan

    (tmp_path / "own.toml").write_text(TEXTS[Scenario.load], encoding="utf-8-sig")
    (tmp_path / "it.toml").write_text(EXPERIMENT.replace('"town"', '"own.toml"'))
    assert len(SweepPlan.of(Experiment.load(tmp_path / "it.toml")).points) == 2


@pytest.mark.parametrize("load", LOADS)
def test_a_pipe_is_read_to_its_end(tmp_path, load):
    path = tmp_path / "it.toml"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(TEXTS[load],))
    writer.start()
    found = load(path)
    writer.join()
    path.unlink()
    path.write_text(TEXTS[load])
    assert found == load(path)


def test_a_pipe_that_nobody_writes_to_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(input_files, "_PATIENCE", 0.05)
    os.mkfifo(tmp_path / "it.toml")
    with pytest.raises(ScenarioError, match="is a pipe that nobody writes to"):
        Scenario.load(tmp_path / "it.toml")


def test_a_pipe_without_end_is_cut(tmp_path):
    path = tmp_path / "it.toml"
    os.mkfifo(path)

    def write_on():
        with open(path, "wb") as pipe:
            try:
                while True:
                    pipe.write(b"#" * 65536)
            except BrokenPipeError:
                pass

    writer = threading.Thread(target=write_on)
    writer.start()
    with pytest.raises(ScenarioError, match="is larger than 8 MB"):
        Scenario.load(path)
    writer.join()


def test_a_long_list_of_points_is_no_deep_key(tmp_path):
    text = "a = [" + ", ".join(["0.25"] * 5000) + "]"
    assert toml_files.parse(text, "it")["a"] == [0.25] * 5000

"""What `samizdat run --resume` and `--checkpoint-every` refuse, in one line each."""

import shutil

import pytest
from resuming import QUIETLY, TOWN, interrupted, refused
from test_cli import manifest_of

from command import call
from samizdat.system.manifests import write_manifest


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A run that was killed after its second checkpoint."""
    out = tmp_path_factory.mktemp("killed") / "run"
    interrupted(out, after=10)
    return out


@pytest.mark.parametrize(
    "option",
    ["town", "--citizens 300", "--seed 4", "--set chill=0", "--regime open",
     "--until 2014-03-20", "--graph ties.csv", "--out elsewhere"],
)  # fmt: skip
def test_what_would_change_the_run_is_refused(killed, capsys, option):
    before = manifest_of(killed)
    line = refused(capsys, "--resume", killed, *option.split())
    assert option.split()[0].replace("town", "a scenario") in line
    assert manifest_of(killed) == before


def changed(folder, change):
    """Change what a manifest says, with a digest that is right."""
    manifest = manifest_of(folder)
    change(manifest)
    write_manifest(folder / "manifest.json", manifest)


def test_another_scenario_is_refused_unless_forced(killed, tmp_path, capsys):
    out = shutil.copytree(killed, tmp_path / "run")
    changed(out, lambda m: m["scenario"]["parameters"]["attention"].update(beta=0.3))
    assert "another scenario" in refused(capsys, "--resume", out)
    assert call("run", "--resume", out, "--force", *QUIETLY) == 0
    changed(out, lambda m: m["scenario"].update(citizens=301))


def test_another_seed_is_refused(killed, tmp_path, capsys):
    out = shutil.copytree(killed, tmp_path / "run")
    changed(out, lambda m: m.update(seed=5))
    assert "another seed" in refused(capsys, "--resume", out)


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_another_number_of_citizens_never_fits(killed, tmp_path, capsys, force):
    out = shutil.copytree(killed, tmp_path / "run")
    changed(out, lambda m: m["scenario"].update(citizens=301))
    refused(capsys, "--resume", out, *QUIETLY, *force)
    assert not (out / ".lock").exists()


def test_a_folder_without_a_run_is_refused(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "none", tmp_path / "notes.txt"):
        assert "holds no run" in refused(capsys, "--resume", folder)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


BROKEN = {
    "empty": b"",
    "no JSON": b"{status: running",
    "junk": bytes(range(256)),
    "half": None,
    "a list": b"[1, 2]",
    "a number": b"3",
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_manifest_is_refused(killed, tmp_path, capsys, kind):
    out = shutil.copytree(killed, tmp_path / "run")
    path = out / "manifest.json"
    text = BROKEN[kind]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if text is None else text)
    assert "manifest.json" in refused(capsys, "--resume", out)


@pytest.mark.parametrize(
    ("name", "value"),
    [("scenario", None), ("scenario", {}), ("scenario", {"citizens": "many"}), ("seed", "four"),
     ("seed", -1), ("steps_asked", 0), ("steps_asked", 61), ("steps_asked", "all"),
     ("threads", 0), ("threads", None), ("checkpoint_every_days", "often"), ("status", 3),
     ("checkpoint_every_days", 0.5), ("wall_seconds", "long"), ("resumed", None),
     ("graph_file", 3), ("graph_file", "gone.csv"), ("model_digest", None)],
)  # fmt: skip
def test_a_manifest_that_says_what_cannot_be_is_refused(killed, tmp_path, capsys, name, value):
    out = shutil.copytree(killed, tmp_path / "run")
    changed(out, lambda m: m.update({name: value}))
    refused(capsys, "--resume", out)
    changed(out, lambda m: m.pop(name))
    assert name in refused(capsys, "--resume", out)


def test_a_run_of_a_comparison_is_not_gone_on_with(tmp_path, capsys):
    out = tmp_path / "compared"
    assert call("compare", "town", "--citizens", 50, "--until", "2014-03-05", "--regime", "open",
                "--out", out, "--quiet") == 0  # fmt: skip
    changed(out / "open", lambda m: m.update(status="running"))
    assert "checkpoint_every_days is missing" in refused(capsys, "--resume", out / "open")


@pytest.mark.parametrize(
    ("value", "words"),
    [("0.5", "at least a step"), ("0", "at least a step"), ("-3", "at least a step"),
     ("nan", "at least a step"), ("inf", "at least a step"), ("often", "--checkpoint-every")],
)  # fmt: skip
def test_an_interval_that_cannot_be_is_refused(tmp_path, capsys, value, words):
    out = tmp_path / "run"
    assert words in refused(capsys, *TOWN, "--out", out, f"--checkpoint-every={value}")
    assert not out.exists()


def test_checkpoints_need_a_folder(capsys):
    assert "--out DIR" in refused(capsys, *TOWN, "--checkpoint-every", 5)

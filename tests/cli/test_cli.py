"""The command line, as a newcomer and as somebody in a hurry uses it."""

import json
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from pyarrow import parquet

from command import call
from samizdat import Simulation, __version__, read_table, verify
from samizdat.run.tables import table_digest
from worlds import town

COLUMNS = [
    "step", "date", "silent", "self_censor", "share", "mobilise", "detained", "aware", "online",
    "circumventing", "cut_off", "newly_detained", "newly_mobilised", "grievance", "trust", "fear",
    "opposition", "posts", "posts_heard", "posts_suppressed", "platforms_blocked", "blackout",
    "violence", "rallies_called", "rallies_held", "rallies_prevented", "rally",
    "arrivals", "latent_self_censor",
]  # fmt: skip
POSTURES = ["silent", "self_censor", "share", "mobilise", "detained"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of 300 citizens, written."""
    out = tmp_path_factory.mktemp("runs") / "town"
    assert call("run", "town", "--citizens", 300, "--seed", 4, "--out", out, "--quiet") == 0
    return out


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_a_run_leaves_manifest_tables_and_pictures(folder):
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"manifest.json", "nation.parquet", "regions.parquet"} <= left
    assert "figures/overview.png" in left
    assert not [name for name in left if "partial" in name]


def test_the_nation_has_a_row_a_day_with_the_columns_promised(folder):
    nation = read_table(folder / "nation.parquet")
    assert list(nation.columns) == [*COLUMNS, "threat"]
    assert nation["step"].tolist() == list(range(60))
    assert str(nation["date"].iloc[0].date()) == "2014-03-01"
    assert str(nation["date"].iloc[-1].date()) == "2014-04-29"


def test_dates_are_stored_as_days(folder):
    from pyarrow import parquet

    schema = parquet.read_schema(folder / "nation.parquet")
    assert str(schema.field("date").type) == "date32[day]"
    assert str(schema.field("mobilise").type) == "int64"
    assert str(schema.field("latent_self_censor").type) == "int64"
    assert str(schema.field("grievance").type) == "double"


def test_every_citizen_has_one_posture_a_day(folder):
    nation = read_table(folder / "nation.parquet")
    assert set(nation[POSTURES].sum(axis=1)) == {300}


def test_the_regions_add_up_to_the_nation(folder):
    nation = read_table(folder / "nation.parquet")
    regions = read_table(folder / "regions.parquet")
    assert list(regions.columns) == [*COLUMNS[:2], "region", *COLUMNS[2:]]
    means = {"grievance", "trust", "fear", "opposition"}
    other = {"platforms_blocked", "latent_self_censor"}
    counts = [c for c in COLUMNS[2:] if c not in means | other]
    sums = regions.groupby("step")[counts].sum()
    assert sums.equals(nation.set_index("step")[counts])
    assert set(regions["blackout"]) <= {0, 1}


def test_latent_self_censorship_is_counted_on_the_first_of_a_month(folder):
    nation = read_table(folder / "nation.parquet")
    counted = nation["latent_self_censor"].notna()
    assert (nation["date"].dt.day == 1).tolist() == counted.tolist()


def test_the_manifest_vouches_for_the_tables_and_says_how_to_run_again(folder):
    manifest = manifest_of(folder)
    assert manifest["status"] == "complete"
    assert manifest["steps"] == 60
    assert manifest["seed"] == 4
    assert manifest["wall_seconds"] > 0
    assert manifest["peak_memory_bytes"] > 0
    assert set(manifest["versions"]) >= {"samizdat", "numba", "numpy", "python"}
    assert manifest["graph"]["close_clustering"] > 0
    assert manifest["population"]["adoption_correlation_of_close_ties"] > 0.1


def test_every_file_of_a_run_is_listed_with_its_digest(folder):
    found = verify(folder)
    assert found.sound
    assert not found.notes
    assert found.checked == len([path for path in folder.rglob("*") if path.is_file()])


def test_the_scenario_of_the_manifest_gives_the_same_table(folder):
    from samizdat import Scenario

    manifest = manifest_of(folder)
    again = Simulation(Scenario.from_table(manifest["scenario"]), seed=manifest["seed"]).run()
    assert table_digest(again.nation) == manifest["nation_sha256"]
    assert table_digest(read_table(folder / "nation.parquet")) == manifest["nation_sha256"]


def test_a_flipped_bit_is_noticed_on_reading(folder, tmp_path):
    data = bytearray((folder / "nation.parquet").read_bytes())
    data[200] ^= 4
    damaged = tmp_path / "nation.parquet"
    damaged.write_bytes(data)
    with pytest.raises(OSError, match=r"(?i)crc|corrupt|page"):
        read_table(damaged)


def test_a_full_folder_is_refused_and_left_alone(folder, capsys):
    before = manifest_of(folder)
    assert call("run", "town", "--citizens", 300, "--out", folder) == 2
    assert "not empty" in capsys.readouterr().err
    assert manifest_of(folder) == before


def test_force_replaces_a_run_and_nothing_else(tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "nation.parquet").write_text("old")
    arguments = ("run", "town", "--citizens", 50, "--until", "2014-03-05", "--out", out)
    assert call(*arguments, "--force", "--no-figures", "--quiet") == 0
    assert (out / "notes.txt").read_text() == "mine"
    assert len(read_table(out / "nation.parquet")) == 5  # the last day counts
    assert not (out / "figures").exists()


def test_without_out_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert call("run", "town", "--citizens", 200) == 0
    said = capsys.readouterr().out
    assert "Regime:" in said
    assert "self-censor" in said
    assert not list(tmp_path.iterdir())


def test_a_setting_is_the_same_as_a_change(tmp_path):
    out = tmp_path / "set"
    arguments = ("--set", "attention.beta=0.3", "--set", "blocking.authority=prosecutor")
    assert call("run", "town", "--citizens", 200, *arguments, "--out", out, "--no-figures",
                "--quiet") == 0  # fmt: skip
    changed = town(200).change({"attention.beta": 0.3, "blocking.authority": "prosecutor"})
    assert (
        table_digest(Simulation(changed, seed=1).run().nation) == manifest_of(out)["nation_sha256"]
    )
    assert manifest_of(out)["scenario"]["pinned"] == ["attention.beta", "blocking.authority"]


def test_a_regime_and_threads_can_be_chosen(tmp_path):
    out = tmp_path / "open"
    assert call("run", "town", "--citizens", 200, "--regime", "open", "--threads", 2, "--out", out,
                "--no-figures", "--quiet") == 0  # fmt: skip
    nation = read_table(out / "nation.parquet")
    assert nation["newly_detained"].sum() == 0
    assert nation["platforms_blocked"].sum() == 0
    assert manifest_of(out)["threads"] == 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_network_of_the_user_is_taken_as_it_is(tmp_path, kind):
    ties = pd.DataFrame({"source": [0, 1, 5], "target": [1, 2, 9], "kind": ["close"] * 3})
    file = tmp_path / f"ties.{kind}"
    ties.to_csv(file, index=False) if kind == "csv" else ties.to_parquet(file)
    out = tmp_path / "run"
    assert call("run", "town", "--citizens", 10, "--graph", file, "--out", out, "--no-figures",
                "--quiet") == 0  # fmt: skip
    assert manifest_of(out)["graph"]["close_ties"] == 3
    assert manifest_of(out)["graph_file"] == str(file)


def test_an_interrupted_run_keeps_what_was_recorded(tmp_path):
    out = tmp_path / "long"
    command = [sys.executable, "-m", "samizdat", "run", "town", "--citizens", "400000",
               "--threads", "1", "--out", str(out), "--no-figures"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (out / "manifest.json").exists():
        time.sleep(0.05)
    assert manifest_of(out)["status"] == "running"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    manifest = manifest_of(out)
    assert manifest["status"] == "interrupted"
    nation = read_table(out / "nation.parquet")
    assert 0 < len(nation) == manifest["steps"] < 60
    whole = Simulation(town(400_000), seed=1).run(nation["date"].iloc[-1].date())
    assert table_digest(whole.nation) == manifest["nation_sha256"]


def test_help_imports_nothing_heavy():
    script = (
        "import sys\n"
        "from samizdat.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numba', 'numpy', 'pandas', 'mesa', 'seaborn', 'pydantic', 'scipy', 'pyarrow'}\n"
        "print('heavy:', sorted(heavy & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "run" in done.stdout
    assert "heavy: []" in done.stdout


def test_the_version_is_told(capsys):
    assert call("--version") == 0
    assert __version__ in capsys.readouterr().out


def test_shipped_scenarios_are_listed_and_shown(capsys):
    assert call("scenarios") == 0
    assert "town" in capsys.readouterr().out
    assert call("scenarios", "show", "town") == 0
    assert "[[timeline]]" in capsys.readouterr().out


def test_parameters_are_listed_with_range_unit_and_source(capsys):
    assert call("parameters", "detention_days") == 0
    said = capsys.readouterr().out
    assert "fate.detention_days = 15 day  [1 ... 365]" in said
    assert "Source:" in said


def test_a_good_file_is_said_to_be_one(tmp_path, capsys):
    from samizdat.scenario.shipped import shipped_text

    file = tmp_path / "mine.toml"
    file.write_text(shipped_text("town"))
    assert call("check", file) == 0
    assert "2,000 citizens" in capsys.readouterr().out


def test_a_full_disk_ends_in_one_line(tmp_path, capsys, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device", "nation.parquet")

    monkeypatch.setattr(parquet, "write_table", full)
    assert call("run", "town", "--citizens", 50, "--out", tmp_path / "run", "--quiet") == 2
    assert capsys.readouterr().err.strip() == "samizdat: nation.parquet: no space left on device"

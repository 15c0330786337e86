"""The command line in the worlds without dated grievances or laws, at small sizes."""

import json

import pandas as pd
import pytest

from command import call
from samizdat import read_table, verify
from samizdat.run.simulation import Simulation
from samizdat.scenario.shipped import shipped

WORLDS = ["kazakhstan_arrivals", "kazakhstan_rules"]
SMALL = ["--citizens", 300, "--threads", 1]
# So alarmed that the first law is made within two years, and the second is not.
ALARMED = ["--set", "threat.gain=0.05", "--until", "2006-12-31"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("kazakhstan_arrivals", "Grievances arrive by rule, besides dated ones (arrivals.mu)."),
        ("kazakhstan_rules", "Laws by threat: Monitoring and security law, at 0.3; "
                             "Prosecutor may block, at 0.55."),
    ],
)  # fmt: skip
def test_check_tells_what_comes_by_rule(capsys, name, told):
    assert call("check", name) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{name}: a world of 100,000 citizens in 17 region(s)")
    assert others == [told]


def test_check_tells_nothing_of_rules_where_all_is_dated(capsys):
    for name in ("town", "land_protests"):
        assert call("check", name) == 0
        told = capsys.readouterr().out
        assert "by rule" not in told
        assert "by threat" not in told


def test_check_names_a_threat_without_laws(tmp_path, capsys):
    (tmp_path / "mine.toml").write_text('base = "town"\n[regime.threat]\ngain = 0.01\n')
    assert call("check", tmp_path / "mine.toml") == 0
    assert "threat.gain" in capsys.readouterr().out


def test_the_shipped_scenarios_are_listed_in_columns(capsys):
    assert call("scenarios") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*shipped()]
    assert len({line.index(" ... ") for line in lines}) == 1
    for name in WORLDS:
        assert call("scenarios", "show", name) == 0
        assert 'base = "kazakhstan"' in capsys.readouterr().out


@pytest.mark.parametrize("group", ["arrivals", "threat"])
def test_the_numbers_of_the_rules_are_listed(capsys, group):
    assert call("parameters", group) == 0
    told = capsys.readouterr().out
    assert f"{group}." in told
    assert "off 0" in told


def test_a_run_tells_when_each_law_was_made(tmp_path, capsys):
    out = tmp_path / "run"
    assert call("run", "kazakhstan_rules", *SMALL, *ALARMED, "--out", out) == 0
    told = capsys.readouterr().out
    summary = json.loads((out / "manifest.json").read_text())["summary"]
    assert [law["acts"] is not None for law in summary["laws"]] == [True, False]
    (first, second) = summary["laws"]
    assert f"{first['title']}, at a threat of 0.3: acts from {first['acts']}." in told
    assert f"{second['title']}, at a threat of 0.55: was not reached." in told
    assert (out / "figures" / "threat.png").exists()
    nation = read_table(out / "nation.parquet").set_index("date")["threat"]
    assert nation[first["reached"]] >= 0.3 > nation[nation.index < first["reached"]].max()


def test_a_run_that_ends_before_its_first_law_has_pictures_too(tmp_path, capsys):
    out = tmp_path / "run"
    assert call("run", "kazakhstan_rules", *SMALL, "--until", "2005-02-28", "--out", out) == 0
    assert (out / "figures" / "threat.png").exists()
    assert (out / "figures" / "overview.png").exists()
    assert capsys.readouterr().out.count("was not reached") == 2


@pytest.mark.parametrize(("name", "more"), [("kazakhstan_arrivals", ["--until", "2006-06-30"]),
                                            ("kazakhstan_rules", ALARMED)])  # fmt: skip
def test_an_interrupted_run_is_resumed_to_the_same_tables(tmp_path, monkeypatch, name, more):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    arguments = ("run", name, *SMALL, *more, "--no-figures", "--quiet")
    assert call(*arguments, "--out", whole) == 0
    at_once = Simulation.step

    def interrupted(self):
        at_once(self)
        if self.step_number == 420:
            raise MemoryError("as much as there is")

    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "step", interrupted)
        assert call(*arguments, "--checkpoint-every", 50, "--out", broken) == 2
    assert call("run", "--resume", broken, "--threads", 1, "--no-figures", "--quiet") == 0
    for table in ("nation", "regions"):
        one, other = (read_table(folder / f"{table}.parquet") for folder in (whole, broken))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    if name == "kazakhstan_arrivals":
        assert (whole / "arrivals.csv").read_bytes() == (broken / "arrivals.csv").read_bytes()
        assert len(pd.read_csv(whole / "arrivals.csv")) > 20
    manifests = [json.loads((f / "manifest.json").read_text())["summary"] for f in (whole, broken)]
    assert manifests[0] == manifests[1]
    assert verify(broken).sound


def test_regimes_are_compared_by_their_laws_too(capsys):
    regimes = ["--regime", "scenario", "--regime", "open"]
    assert call("compare", "kazakhstan_rules", *SMALL, *ALARMED, *regimes) == 0
    (line,) = [row for row in capsys.readouterr().out.splitlines() if "laws by threat" in row]
    assert line.split()[-4:] == ["1", "of", "2", "-"]
    assert call("compare", "kazakhstan_arrivals", *SMALL, "--until", "2005-02-28", *regimes) == 0
    assert "laws by threat" not in capsys.readouterr().out


def test_a_citizen_is_explained_under_grievances_that_arrived(capsys):
    simulation = Simulation(_arrivals(), seed=1, threads=1)
    while not simulation.arrivals.all:
        simulation.step()
    (first, *_) = simulation.arrivals.all
    citizen = next(i for i, r in enumerate(simulation.state["region"]) if r == first.region)
    date = simulation.date
    assert call("explain", "kazakhstan_arrivals", *SMALL, "--citizen", citizen, "--from", date,
                "--to", simulation.scenario.date_of(first.step + 4), "--json") == 0  # fmt: skip
    told = json.loads(capsys.readouterr().out)["days"]
    assert all(f"a grievance that arose on {date}" in str(day["events"]) for day in told)


def _arrivals():
    from samizdat import Scenario

    return Scenario.load("kazakhstan_arrivals").change({"citizens": 300})

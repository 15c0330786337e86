"""The pictures of the benchmarks, from their tables."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report import Results
from samizdat.figures.frame import COLOURS, THEME, inscribe, new_figure, save

DAY_NAMES = {
    "quiet": "quiet",
    "moving": "quiet, beliefs moving",
    "aware": "30 % aware",
    "weighing": "30 % aware, deterred",
    "voices_1": "1 % speak",
    "voices_10": "10 % speak",
    "deciding": "everybody decides",
}


def draw(results: Results) -> list[str]:
    """Draw what there are tables for; return the names of the files."""
    files = []
    for name, (table_name, one) in PICTURES.items():
        table = results.read(table_name)
        if table is None or table.empty:
            continue
        noted = results.manifest()[table_name]
        figure = new_figure(4.2)
        with mpl.rc_context(THEME):
            title, what = one(figure, table)
        where = f"{noted['machine_in_words']}. {noted['date'][:10]}"
        commit = f", commit {noted['commit'][:10]}" if noted["commit"] else ""
        inscribe(figure.axes[0], title, f"{what} {where}{commit}.")
        save(figure, results.folder / f"{name}.png")
        files.append(f"{name}.png")
    return files


def _runs(table: pd.DataFrame) -> str:
    least, most = table["runs"].min(), table["runs"].max()
    return f"{least} run(s)" if least == most else f"{least} to {most} runs"


def by_citizens(figure: Figure, table: pd.DataFrame) -> tuple[str, str]:
    """Draw time a citizen and day against citizens, a panel a number of threads."""
    threads = sorted(table["threads"].unique())
    panels = np.atleast_1d(figure.subplots(1, len(threads), sharey=True))
    kinds = [k for k in DAY_NAMES if k in set(table["day"])]
    colours = dict(zip(kinds, COLOURS, strict=False))
    for panel, t in zip(panels, threads, strict=True):
        mine = table[table["threads"] == t]
        for kind in kinds:
            line = mine[mine["day"] == kind].sort_values("citizens")
            panel.plot(line["citizens"], line["ns"], "o-", ms=3, lw=1.2, color=colours[kind],
                       label=DAY_NAMES[kind])  # fmt: skip
            panel.fill_between(line["citizens"], line["ns_least"], line["ns_most"], lw=0,
                               color=colours[kind], alpha=0.2)  # fmt: skip
        quiet = mine[mine["day"] == "quiet"].sort_values("citizens")
        panel.plot(quiet["citizens"], quiet["copy_ns"], "--", color="0.4", lw=1,
                   label="copying a quiet day's bytes")  # fmt: skip
        _logarithmic(panel, "citizens")
        panel.set_title(f"threads: {t}", fontsize=8.5, loc="left")
    panels[0].set_ylabel("nanoseconds a citizen and day")
    panels[-1].legend(fontsize=6.5, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return (
        "A citizen's day against the number of citizens",
        f"Medians of {_runs(table)} of {table['days_each'].iloc[0]} days each, shade from the"
        " least to the most; graph with 13 ties a citizen.",
    )


def by_voices(figure: Figure, table: pd.DataFrame) -> tuple[str, str]:
    """Draw time against the share who speak."""
    panel = figure.subplots()
    for colour, (t, line) in zip(COLOURS, table.groupby("threads"), strict=False):
        line = line.sort_values("voices")
        share = 100 * line["voices"]
        panel.plot(share, line["ns"], "o-", ms=3, color=colour, label=f"threads: {t}")
        panel.fill_between(share, line["ns_least"], line["ns_most"], color=colour, alpha=0.2, lw=0)
        panel.plot(share, line["floor_ns"], "--", lw=1, color=colour,
                   label=f"threads: {t}; copying, and a random read a tie of a voice")  # fmt: skip
    panel.set_xscale("symlog", linthresh=0.1)
    panel.set_xlim(left=0)
    panel.set_ylim(bottom=0)
    panel.set_xlabel("citizens who speak, %")
    panel.set_ylabel("nanoseconds a citizen and day")
    panel.legend(fontsize=7, frameon=False)
    return (
        "A citizen's day against the share who speak",
        f"{int(table['citizens'].iloc[0]):,} citizens, 20 % aware, medians of {_runs(table)}"
        f" of {table['days_each'].iloc[0]} days each, shade from the least to the most.",
    )


def of_memory(figure: Figure, table: pd.DataFrame) -> tuple[str, str]:
    """Draw peak memory, and seconds to set up, against citizens."""
    left, right = figure.subplots(1, 2)
    left.plot(table["citizens"], table["peak_gb"], "o-", color=COLOURS[0], label="most held")
    kept = (table["state_bytes"] + table["tie_bytes"]) / 1e9
    left.plot(table["citizens"], kept, "o--", color=COLOURS[1], label="traits, state and ties")
    right.plot(table["citizens"], table["setup_s"], "o-", color=COLOURS[2], label="seconds")
    for panel, name in ((left, "gigabytes"), (right, "seconds to draw graph and population")):
        _logarithmic(panel, "citizens")
        panel.set_ylabel(name)
    left.legend(fontsize=7, frameon=False)
    return "Memory and setting up", "One process a point; 13 ties a citizen; graph not cached."


def of_peers(figure: Figure, table: pd.DataFrame) -> tuple[str, str]:
    """Draw the common task: nanoseconds a citizen and step against citizens."""
    panel = figure.subplots()
    titles = list(dict.fromkeys(table["title"]))
    makers = {title: title.partition(",")[0] for title in titles}
    colours = dict(zip(dict.fromkeys(makers.values()), COLOURS, strict=False))
    marks = "osD^v<>pPX*hH"
    for k, title in enumerate(titles):
        line = table[table["title"] == title].sort_values("n")
        ours = title.startswith("samizdat")
        own_rule = line["rule"].iloc[0].startswith("its own")
        panel.plot(line["n"], line["ns"], marker=marks[k % len(marks)], ms=4, label=title,
                   color=colours[makers[title]], lw=2 if ours else 1,
                   ls="--" if own_rule else "-")  # fmt: skip
    _logarithmic(panel, "citizens")
    panel.set_ylabel("nanoseconds a citizen and step")
    panel.legend(fontsize=6.5, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return (
        "One common task: threshold contagion with probability, 100 steps",
        "Erdos-Renyi, mean degree 10, the same graph for all; dashed: no such rule, the nearest"
        f" (see the table). Medians of {_runs(table)} in turn.",
    )


def _logarithmic(panel: Axes, x: str) -> None:
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel(x)
    panel.grid(True, which="major", lw=0.3, color="0.85")


PICTURES = {
    "growth": ("growth", by_citizens),
    "voices": ("voices", by_voices),
    "memory": ("memory", of_memory),
    "contagion": ("contagion", of_peers),
}

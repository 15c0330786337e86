"""What stands where a file or a folder is expected: devices, pipes, loops, huge and empty files."""

import os
import socket

from fuzz import inputs

NAMES = ["t.toml", "t.csv", "t.parquet", "t", "manifest.json", "t.TOML", "t.txt"]
HUGE = 1 << 40  # bytes of a file of nothing but a hole


def odd_place(folder, chance):
    """Make something odd in a folder, or name something odd of the machine; return its path."""
    path = folder / chance.choice(NAMES)
    match chance.randrange(12):
        case 0:
            os.mkfifo(path)
        case 1:
            path.symlink_to("/dev/zero")
        case 2:
            path.symlink_to(path.name)
        case 3:
            path.mkdir()
        case 4:
            here = os.open(folder, os.O_RDONLY)  # the name of a socket must be short
            with socket.socket(socket.AF_UNIX) as endpoint:
                endpoint.bind(f"/proc/self/fd/{here}/{path.name}")
            os.close(here)
        case 5:
            path.touch()
            os.truncate(path, HUGE)
        case 6:
            path.write_bytes(b"")
        case 7:
            path.write_bytes(chance.choice([b"\x00" * 99, b"PAR1" * 9, b"\xff\xfe", b"{}", b"[]"]))
        case 8:
            path.symlink_to("nowhere")
        case 9:
            path.write_text(chance.choice([inputs.SCENARIO, inputs.EXPERIMENT, inputs.TIES]))
        case _:
            return chance.choice(OF_THE_MACHINE)
    return path.name


OF_THE_MACHINE = [
    "/dev/zero", "/dev/null", "/dev/full", "/dev/random", "/dev/stdin", "/dev/fd/0", "/dev/tty",
    "/proc/self/mem", "/proc/self/environ", "/proc/kmsg", "/proc/self/fd/1", "/proc", "/", "/etc",
    "/sys/kernel/notes", "/dev", "/root/x/y", ".", "..", "./.", "//", "x" * 300, "x/" * 3000,
]  # fmt: skip


def places(cases, folder, chance, _):
    """A command for which something odd stands where it expects a file or a folder."""
    path = odd_place(folder, chance)
    ours = path.startswith("t") or path == "manifest.json"
    target = path if ours else "/proc/x"  # nothing is written onto the machine
    small = ["--citizens", 40, "--until", "2014-03-02", "--threads", 1, "--quiet"]
    (folder / "table.toml").write_text(
        inputs.EXPERIMENT.split("[design]")[0] + f'[design]\nkind = "table"\nfile = "{path}"\n'
    )
    (folder / "on.toml").write_text(f'base = "{path}"\n')
    return cases.command(
        folder,
        *chance.choice([
            ["run", path, *small], ["run", "on.toml", *small], ["check", path],
            ["run", "town", *small, "--graph", path], ["run", "town", *small, "--out", target],
            ["run", "--resume", path], ["sweep", path, "--out", "out", "--jobs", 1],
            ["sweep", "table.toml", "--out", "out", "--jobs", 1], ["verify", path],
            ["verify", path], ["verify", "."], ["report", path], ["compact", path],
            ["view", "--run", path], ["explain", path, "--citizen", 1],
            ["compare", path, *small, "--regime", "open"],
            ["animate", path, "--out", "film.gif", "--citizens", 40, "--until", "2014-03-02"],
        ]),
    )  # fmt: skip


KINDS_OF_ENTRY = ["event", "account", "signal", "setting", "action", "evnt", ""]
IDS = ["one", "one", "", " ", "a" * 64, "a" * 65, "é", "a b", "0", "town", "\\n", "__proto__", "."]
DAYS = [
    "2014-03-01", "2014-02-28", "2014-04-29", "2014-04-30", "1900-01-01", "1899-12-31",
    "2199-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "2014-02-29", "2012-02-29",
    '"2014-03-02"', '"2014-3-2"', '"2014-W10"', "2014-03-02T00:00:00", "2014-03-02T01:00:00",
    "2014-03-02T00:00:00Z", "2014-03-02 00:00:00+23:59", "07:00:00", "2014", "true", '"today"',
]  # fmt: skip
LENGTHS = ["1", "0", "0.5", "1e-9", "-1", "1e308", "1e9", "3650000", "nan", '"3"', "[]", "true"]
BODIES = {
    "event": ["shock = 0.1", "shock = 2", "shock = 0.1\ncoverage = 1"],
    "account": ["contradiction = 0.5", "official = 1\nalternative = 0", "official = 0"],
    "signal": ["strength = 0.5", "alert = 1e9", 'strength = 1\nregions = ["Riverside"]'],
    "setting": ['set = { "attention.beta" = 0.1 }', "set = {}", "set = { citizens = 3 }"],
    "action": ['lever = "blocking"', 'lever = "arrests"', 'lever = "x"', 'lever = ""'],
}


def timeline(cases, folder, chance, _):
    """Entries of a timeline: their ids, kinds and days, at the edges of what is allowed."""
    text = inputs.SCENARIO
    for _ in range(chance.choice([1, 2, 3])):
        kind = chance.choice(KINDS_OF_ENTRY[:5] if chance.random() < 0.9 else KINDS_OF_ENTRY)
        entry = [
            f'id = "{chance.choice(IDS)}"', f'kind = "{kind}"', f"from = {chance.choice(DAYS)}",
            chance.choice(BODIES.get(kind, BODIES["event"])),
        ]  # fmt: skip
        if chance.random() < 0.5:
            entry.append(f"days = {chance.choice(LENGTHS)}")
        if chance.random() < 0.1:
            entry.pop(chance.randrange(3))
        text += "\n[[timeline]]\n" + "\n".join(entry) + "\n"
    for key in ("start", "end"):
        if chance.random() < 0.15:
            old = next(line for line in text.splitlines() if line.startswith(f"{key} ="))
            text = text.replace(old, f"{key} = {chance.choice(DAYS)}", 1)
    (folder / "mine.toml").write_text(text)
    if chance.random() < 0.4:
        return cases.command(folder, "check", "mine.toml")
    until = chance.choice(["2014-03-04", "2014-03-04", chance.choice(DAYS).strip('"')])
    return cases.command(
        folder, "run", "mine.toml", "--citizens", 40, "--until", until, "--threads", 1
    )

"""Tables by which a scenario or an experiment says a rule: ladders, what is left out, contrasts."""

from fuzz import inputs, mutators

SOME_NUMBERS = [
    "0.2", "0.05", "1", "0", "-1", "2", "1e-9", "1e308", "nan", "inf", "-inf", "true", '"0.2"',
    '""', "[]", "[0.2]", "{}", "2014-03-02", "36500", "36501", "1_0", "0x1", "1e999", "10" * 200,
]  # fmt: skip
TEXTS = ['"Watching"', '""', '"a\\nb"', "3", "[]", '"é"', '"\\u202e"', f'"{"x" * 3000}"', "true"]
NAMES = [
    "chill", "surveillance", "sanction", '"blocking.trigger_posts"', '"blocking.authority"',
    '"blocking.platforms"', '"blocking.standing"', '"ban.platforms"', '"arrests.capacity"',
    '"threat.gain"', '"threat.home"', '"attention.beta"', '"arrivals.mu"', "citizens", "actions",
    '"regime.actions"', '"blocking.delay_days"', '"blocking.on"', "chil", '""', '"a.b.c"',
    '"rally.on"', "start", "ladder", '"regime.ladder"', '"blocking on"', "security", "blocking",
]  # fmt: skip
VALUES = [*SOME_NUMBERS, '"court"', '"prosecutor"', '"kort"', '["foreign_press"]', '"*"', "false"]
ADDED = ["{ chill = 0.2 }", "{ surveillance = 1, chill = 0 }", "{ preempt = 0.1 }"]
ADDED_WRONG = [
    '{ "blocking.authority" = 1 }', "{ citizens = 3 }", "{ chill = -0.1 }", "{ chill = 1e308 }",
    '{ "threat.gain" = 0.1 }', '{ "blocking.platforms" = 1 }', "{ chill = 0.1, chill = 0.1 }", "{}",
    '{ "ban.on" = 1 }', '{ "violence.duration" = 2 }', "{ chill = nan }", "{ chil = 0.1 }",
    "{ security = 0.1 }", '{ "attention.beta" = 0.1 }', "[]", "0.1", '{ chill = "0.1" }',
]  # fmt: skip
SET = [
    '{ "blocking.authority" = "prosecutor" }', '{ "ban.on" = 1, chill = 0.1 }', "{ sanction = 0 }",
    "{ surveillance = 0.5 }", '{ "violence.duration" = 3 }', '{ "blocking.standing_on" = 0 }',
]  # fmt: skip
SET_WRONG = [
    '{ "blocking.authority" = "kort" }', '{ "blocking.authority" = 7 }', '{ "ban.on" = 0.5 }',
    '{ "threat.home" = 1 }', '{ "blocking.standing" = ["foreign_press"] }', "{ citizens = 3 }",
    '{ "violence.duration" = 0.5 }', "{ chill = true }", '{ actions = "rule" }', "{}", "[]",
    '{ "regime.actions" = "rule" }', '{ "rally.on" = 0 }', '{ blocking = { on = 1 } }',
    "{ x = [] }",
]  # fmt: skip
CONTENT_OF_A_RUNG = ["at", "delay_days", "add", "set", "title", "source", "days", "At", "from"]
LEAVES_OUT = [
    '"event"', '"setting"', '"signal"', '"account"', '"action"', '"evnt"', '""', "1", '"square"',
    '"cut"', '"*"', '"ban"', '"arrival-1-0"', "[]", '"x" , "x"', "true", '"é"',
]  # fmt: skip
OF_THE_TOWN = ['"closure"', '"papers_silent"', '"shots"', '"two_counts"', '"revolution_abroad"']
BASES = ["town"] * 9 + ["kazakhstan_rules", "twn", "", "mine.toml", "kazakhstan_arrivals"]
FACTORS = ['"attention.beta"', "regime", "egov", '"blocking.on"', '"attention.bta"', '""', "seed",
           '"rally.on"', "citizens", "y", "point"]  # fmt: skip
LEVELS = ["0.1", "0.3", "0.2", '"open"', '"networked"', '"opn"', "0", "1", "[0.1]", "[]", "nan",
          "true", '"0.1"', "[0.1, 0.3]", '["open"]', "{}", '["open", "open"]', "1e-1"]  # fmt: skip
MEASURES = ['"peak_share"', '"person_days"', '"trust.last"', '"trust"', '"nothing"', '""', "1",
            '"attention.beta"', '"seed"', '"threat.last"', '["peak_share"]']  # fmt: skip
CONTRASTED = inputs.EXPERIMENT.replace("[[figures]]", """\
[design.only_where]
"attention.beta" = { regime = ["networked"] }

[[contrasts]]
title = "Networked against open"
y = "person_days"
of = { regime = "networked" }
against = { regime = "open" }
where = { "attention.beta" = [0.1, 0.3] }
by = ["attention.beta"]

[[figures]]""", 1)  # fmt: skip
RUN = ["--citizens", 40, "--until", "2014-03-04", "--threads", 1]


def table_of(names, values, chance, most=3):
    """An inline table of drawn names and values; a name may stand in it twice."""
    pairs = [
        f"{chance.choice(names)} = {chance.choice(values)}" for _ in range(chance.randint(0, most))
    ]
    return "{ " + ", ".join(pairs) + " }"


def likely(right, any_, chance, share=0.85):
    """A right value as a rule, else any."""
    return chance.choice(right if chance.random() < share else any_)


def rung_of(chance):
    """A rung of a ladder with drawn content, right as a rule."""
    lines = [f"at = {likely(SOME_NUMBERS[:3], SOME_NUMBERS, chance)}"]
    if chance.random() < 0.6:
        lines.append(f"add = {likely(ADDED, ADDED_WRONG, chance)}")
    if chance.random() < 0.6:
        lines.append(f"set = {likely(SET, SET_WRONG, chance)}")
    if chance.random() < 0.1:
        lines.append(f"{chance.choice(['add', 'set'])} = {table_of(NAMES, VALUES, chance)}")
    if chance.random() < 0.4:
        lines.append(f"delay_days = {likely(['0', '1', '0.5', '36500'], SOME_NUMBERS, chance)}")
    if chance.random() < 0.4:
        lines.append(f"title = {likely(TEXTS[:3], TEXTS, chance)}")
    if chance.random() < 0.05:
        lines.append(f"{chance.choice(CONTENT_OF_A_RUNG)} = {chance.choice([*VALUES, *TEXTS])}")
    if chance.random() < 0.05:
        lines.pop(chance.randrange(len(lines)))
    return "\n[[regime.ladder]]\n" + "\n".join(lines) + "\n"


def read_or_run(cases, folder, chance, text):
    """Check a scenario, run it, or explain a citizen of it."""
    content = text.encode(errors="surrogatepass")
    if chance.random() < 0.2:
        content = mutators.toml_changed(text, chance)
    (folder / "mine.toml").write_bytes(content)
    match chance.randrange(4):
        case 0 | 1:
            return cases.command(folder, "check", "mine.toml")
        case 2:
            return cases.command(folder, "run", "mine.toml", *RUN)
        case _:
            return cases.command(
                folder, "explain", "mine.toml", "--citizen", 3, "--citizens", 40,
                "--to", "2014-03-04", "--threads", 1,
            )  # fmt: skip


def ladder(cases, folder, chance, _):
    """A regime that makes laws by threat: rungs, and the numbers of the threat."""
    text = inputs.SCENARIO
    if chance.random() < 0.8:
        gain, home = (
            likely(["0.5", "1"], SOME_NUMBERS, chance),
            likely(["50", "0"], SOME_NUMBERS, chance),
        )
        text += f"\n[regime.threat]\ngain = {gain}\n"
        text += f"home = {home}\n" if chance.random() < 0.5 else ""
    rungs = [rung_of(chance) for _ in range(chance.choice([1, 1, 2, 3]))]
    if chance.random() < 0.05:
        rungs = [chance.choice(["\n[regime]\nladder = 3\n", "\n[regime.ladder]\nat = 0.2\n",
                                "\n[[regime.ladder]]\n", "\n[[ladder]]\nat = 0.2\n"])]  # fmt: skip
    return read_or_run(cases, folder, chance, text + "".join(rungs))


def left_out(cases, folder, chance, _):
    """A scenario on the base of another, less some entries, with entries of its own."""
    text = f'base = "{chance.choice(BASES)}"\n'
    if chance.random() < 0.05:
        text = ""
    text += chance.choice(["", "", 'title = "Mine"\n', "citizens = 40\n", "citizens = -4\n"])
    text += chance.choice(
        ["[leave_out]\n"] * 40 + ["[leave_ot]\n", "[[leave_out]]\n", "leave_out = 3\n"]
    )
    for key in chance.sample(
        ["kinds", "ids"] * 9 + ["regions", "kind"], chance.choice([0, 1, 2, 2])
    ):
        right = LEAVES_OUT[:5] if key == "kinds" else OF_THE_TOWN
        some = [likely(right, LEAVES_OUT, chance) for _ in range(chance.randint(0, 2))]
        text += f"{key} = [{', '.join(some)}]\n" if chance.random() < 0.95 else f"{key} = 3\n"
    if chance.random() < 0.3:
        text += rung_of(chance)
    if chance.random() < 0.3:
        text += (
            f'\n[[timeline]]\nid = "{chance.choice(["mine", "square", "arrival-1-0"])}"\n'
            'kind = "event"\nfrom = 2014-03-02\ndays = 2\nshock = 0.5\n'
        )
    return read_or_run(cases, folder, chance, text)


def contrasts(cases, folder, chance, _):
    """An experiment with nested factors and contrasts, drawn anew or with mistakes."""
    text = CONTRASTED
    if chance.random() < 0.2:
        design = inputs.DESIGNS[chance.choice(list(inputs.DESIGNS))]
        text = text.replace('kind = "grid"\n', design).replace(", steps = 2", "")
    if chance.random() < 0.7:
        begin, end = text.index("[design.only_where]"), text.index("[[figures]]")
        text = text[:begin] + drawn_contrasts(chance) + text[end:]
    if chance.random() < 0.4:
        (folder / "mine.toml").write_bytes(mutators.toml_changed(text, chance))
    else:
        (folder / "mine.toml").write_text(text, errors="surrogatepass")
    if chance.random() < 0.6:
        return cases.command(folder, "sweep", "mine.toml", "--dry-run")
    ended = cases.command(folder, "sweep", "mine.toml", "--out", "out", "--jobs", 1)
    return cases.command(folder, "report", "out") if ended.code == 0 else ended


def drawn_contrasts(chance):
    """Nested factors and contrasts of drawn factors and levels."""
    text = ""
    if chance.random() < 0.7:
        text += "[design.only_where]\n"
        for name in chance.sample(FACTORS[:3], 1) if chance.random() < 0.8 else FACTORS[:2]:
            text += f"{name} = {table_of(FACTORS[:3], LEVELS, chance, 2)}\n"
    for _ in range(chance.randint(0, 2)):
        measures = MEASURES[:3] if chance.random() < 0.7 else MEASURES
        text += f"\n[[contrasts]]\ny = {chance.choice(measures)}\n"
        text += 'of = { regime = "networked" }\n' if chance.random() < 0.5 else (
            f"of = {table_of(FACTORS, LEVELS, chance, 2)}\n")  # fmt: skip
        text += 'against = { regime = "open" }\n' if chance.random() < 0.5 else (
            f"against = {table_of(FACTORS, LEVELS, chance, 2)}\n")  # fmt: skip
        if chance.random() < 0.4:
            text += f"where = {table_of(FACTORS, LEVELS, chance, 2)}\n"
        if chance.random() < 0.4:
            text += f"by = [{chance.choice(FACTORS)}]\n"
        if chance.random() < 0.2:
            text += f"title = {chance.choice(TEXTS)}\n"
        if chance.random() < 0.05:
            text += f"{chance.choice(['x', 'hue', 'Y', 'of'])} = {chance.choice(LEVELS)}\n"
    return text + "\n"

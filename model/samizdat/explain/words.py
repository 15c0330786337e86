"""The account of a citizen's days, in plain sentences."""

from collections.abc import Iterator, Sequence

from samizdat.explain.account import (
    Assembly,
    Belief,
    Chance,
    Day,
    LawEffect,
    LawInForce,
    Term,
    Weighing,
)
from samizdat.text.catalogue import plain

_POSTURES = {
    "silent": "she is silent",
    "self_censor": "she would speak openly but for the risk, and keeps it to herself",
    "share": "she says what she thinks",
    "mobilise": "she takes to the street",
    "detained": "she is in detention",
}
_WHERE = {
    "self_censor": "; but she speaks ",
    "share": ", ",
    "mobilise": ", and can be heard ",
}
_DEEDS = {
    "street": ("Street", "she goes", "she does not go"),
    "post": ("Posting", "she posts", "she does not post"),
    "talk": ("Talking to kin", "she talks", "she does not talk"),
}
_SHOWN = 8  # citizens named at most, of those heard in the same way


def account(days: Sequence[Day]) -> Iterator[str]:
    """Yield the lines of successive days; days on which nothing happened to her share a line."""
    calm: list[Day] = []
    for day in days:
        if day.quiet:
            calm.append(day)
            continue
        yield from _calm(calm)
        calm = []
        yield from sentences(day)
    yield from _calm(calm)


def sentences(day: Day) -> Iterator[str]:
    """Yield the lines of one day: what she did, then what led to it."""
    spoken = [channel for channel in day.said if channel != "in the street"]
    where = _WHERE[day.posture] + _listed(spoken) if spoken else ""
    yield f"{day.date}: {_POSTURES[day.posture]}{where}."
    yield from (f"  {line}" for line in _lines(day))


def _lines(day: Day) -> Iterator[str]:
    yield from _environment(day)
    if not day.held:
        yield _heard(day)
    yield from _knows(day)
    yield from _beliefs(day)
    if day.weighings:
        yield _motive(day)
        if any(voice.said != "in detention" for voice in day.voices):
            yield _measure(day)
        for weighing in day.weighings:
            if weighing.deed == "street" or day.posture != "mobilise":
                yield _weighed(weighing, day)
        if day.posture in ("silent", "self_censor"):
            yield _kept_back(day)
    yield from (_drawn(chance) for chance in day.fate)
    if day.detained_for:
        yield f"She will be in detention for {_many(day.detained_for, 'step')}."


def _environment(day: Day) -> Iterator[str]:
    yield from _laws(day.laws)
    if day.events:
        yield f"In {day.region}: {'; '.join(day.events)}."
    if day.rally:
        yield from _rally(day.rally, day)
    if day.violence > 0.0:
        yield f"The state uses violence in {day.region} ({day.violence:g} of 1)."
    if day.online and day.network_off:
        yield "The network is off: she can use no platform."
    elif day.blocked:
        rest = f"; left to her: {_named(day.can_use)}" if day.can_use else ""
        around = ", which her VPN gets round" if day.circumventing else rest
        yield f"Blocked: {_named(day.blocked)}{around}."
    if day.released:
        yield "She has come out of detention."


def _laws(laws: Sequence[LawInForce]) -> Iterator[str]:
    """Tell the laws that begin, then those that have changed something since."""
    for law in laws:
        if law.begins:
            yield f"From today on a law by threat: {plain(law.title)} ({_changed(law.effects)})."
    for law in laws:
        if law.effects and not law.begins:
            yield f"Law by threat since {law.since}: {plain(law.title)} ({_changed(law.effects)})."


def _changed(effects: Sequence[LawEffect]) -> str:
    parts = (
        f"{plain(effect.number)} {_level(effect.value)} instead of {_level(effect.without)}"
        for effect in effects
    )
    return ", ".join(parts) or "it changes nothing today"


def _level(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def _rally(rally: Assembly, day: Day) -> Iterator[str]:
    if rally.on and rally.organisers:
        yield f"A rally is on in {day.region}, called by {_many(rally.organisers, 'organiser')}."
    elif rally.on:
        yield f"A rally is on in {day.region}, on a date that was known."
    elif rally.next_on:
        callers = _many(rally.next_organisers, "organiser")
        yield f"No rally is on in {day.region}; one is called for {rally.next_on}, by {callers}."
    elif day.weighings:
        yield f"No rally is on in {day.region}."


def _heard(day: Day) -> str:
    if not day.voices:
        return "Nobody she is tied to could be heard to dissent yesterday."
    alike: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for voice in day.voices:
        alike.setdefault((voice.tie, voice.said, voice.channels), []).append(voice.citizen)
    heard = [_voices(*kind, citizens) for kind, citizens in alike.items()]
    return f"Of {day.ties:g} ties within hearing, yesterday: {'; '.join(heard)}."


def _voices(tie: str, act: str, channels: tuple[str, ...], citizens: list[int]) -> str:
    who = ", ".join(str(citizen) for citizen in citizens[:_SHOWN])
    more = f" and {len(citizens) - _SHOWN} more" if len(citizens) > _SHOWN else ""
    way = f" {_listed(channels)}" if channels else ""
    way = f", heard{way}" if act == "in the street" else way
    return f"{tie} {'tie' if len(citizens) == 1 else 'ties'} {who}{more} {act}{way}"


def _knows(day: Day) -> Iterator[str]:
    if day.held:
        return
    knew = day.attention_before == "aware"
    if not day.awakening:
        if knew:
            yield "She knows what is going on."
        elif day.attention == "spent":
            yield "She has lost interest in what goes on."
        return
    last = day.awakening[-1]
    if last.event == "loses interest":
        result = "She loses interest" if last.happens else "She knows what is going on"
        yield f"{result} (chance to lose interest {_odds(last)})."
        return
    result = "She learns of it" if last.happens else "She has not heard of it"
    by = _by_channel(day.news)
    if len(day.awakening) == 1:
        yield f"{result} (chance {_odds(last)}{by})."
    else:
        odds = "; ".join(f"{chance.event}: {_odds(chance)}" for chance in day.awakening)
        yield f"{result} ({odds}{by})."


def _by_channel(news: Sequence[Term]) -> str:
    """Say of which channels the chance to learn of an event consists, as shares of the hazard."""
    per_day = sum(term.change for term in news)
    parts = [f"{term.cause} {term.change / per_day:.0%}" for term in news if term.change > 0.0]
    return f": {', '.join(parts)}" if parts else ""


def _beliefs(day: Day) -> Iterator[str]:
    still = []
    for name in ("grievance", "trust", "fear"):
        belief: Belief = getattr(day, name)
        before, after = f"{belief.before:.3f}", f"{belief.after:.3f}"
        if before == after:
            still.append(f"{name} {after}")
        else:
            yield f"{name.capitalize()} goes from {before} to {after}: {_added(belief.terms)}."
    if still:
        yield f"Hardly moved: {', '.join(still)}."


def _motive(day: Day) -> str:
    opposition, seen = day.motive
    total = opposition.change + seen.change
    seen_of = ""
    if seen.change:
        weight = seen.change / sum(part.change for part in day.exposure)
        parts = [part._replace(change=part.change * weight) for part in day.exposure]
        seen_of = f" ({_added(parts)})"
    return (
        f"Her motive is {total:.3f}: private opposition {opposition.change:.3f} and what she sees "
        f"others do {seen.change:.3f}{seen_of}."
    )


def _measure(day: Day) -> str:
    """Tell whether what she hears counts as a share of her ties, as a number, or between."""
    if day.dilution == 1.0:
        return f"What she hears counts as a share of her {day.ties:g} ties."
    if day.dilution == 0.0:
        return (
            f"What she hears counts as a number: each tie is 1 of {day.divisor:g}, however many "
            f"she has ({day.ties:g})."
        )
    return (
        f"What she hears counts between a share of her {day.ties:g} ties and a number: each tie is "
        f"1 of {day.divisor:.4g}."
    )


def _weighed(weighing: Weighing, day: Day) -> str:
    name, does, does_not = _DEEDS[weighing.deed]
    if weighing.deed == "street" and day.rally and not day.rally.on:
        does = "she would go, but no rally is on"
    cost = f", less {weighing.cost:.3f} of cost" if weighing.cost else ""
    danger = {"street": "arrest", "post": "being traced"}.get(weighing.deed)
    made_of = f"{danger} {weighing.danger:.3f}, " if danger else ""
    digits = 3
    while digits < 6 and f"{weighing.left:.{digits}f}" == f"{weighing.needed:.{digits}f}":
        digits += 1  # as many as tell the two apart
    return (
        f"{name}: {weighing.motive:.3f}{cost}, less {weighing.weight * weighing.risk:.3f} for a "
        f"risk of {weighing.risk:.3f} ({made_of}fear {weighing.fear:.3f}) weighed by "
        f"{weighing.weight:.3f}, leaves {weighing.left:.{digits}f}; it takes "
        f"{weighing.needed:.{digits}f}: "
        f"{does if weighing.holds else does_not}."
    )


def _kept_back(day: Day) -> str:
    if day.posture == "self_censor":
        return "Without any risk she would speak: she censors herself."
    ways = any(weighing.deed != "street" for weighing in day.weighings)
    if not ways:
        return "She has no way to speak: no platform, and no word of mouth."
    return "She would not speak even if it were safe."


def _drawn(chance: Chance) -> str:
    result = "In the evening she" if chance.happens else "It did not happen that she"
    return f"{result} {chance.event} (chance {_odds(chance)})."


def _odds(chance: Chance) -> str:
    return f"{chance.chance:.1%}, drawn {chance.draw:.1%}"


def _calm(days: Sequence[Day]) -> Iterator[str]:
    """Yield one line for days on which nothing happened to her."""
    if not days:
        return
    first, last = days[0], days[-1]
    when = first.date if first is last else f"{first.date} to {last.date}"
    events = {event for day in days for event in day.events}
    why = "she has not heard of what goes on" if events else "nothing goes on where she lives"
    if last.attention == "spent":
        why = "she has lost interest"
    moved = ", ".join(
        f"{name} {getattr(first, name).before:.3f} to {getattr(last, name).after:.3f}"
        for name in ("grievance", "trust", "fear")
    )
    yield f"{when}: silent; {why}, and nobody speaks to her of it ({moved})."


def _added(parts: Sequence[Term]) -> str:
    shown = [f"{part.cause} {part.change:+.3f}" for part in parts if abs(part.change) >= 5e-4]
    return ", ".join(shown) or "little by little"


def _listed(names: Sequence[str]) -> str:
    return _named([name if name == "in person" else f"on {name}" for name in names])


def _named(names: Sequence[str]) -> str:
    *most, last = map(plain, names)
    return f"{', '.join(most)} and {last}" if most else last


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

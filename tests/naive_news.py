"""The news of an event, naively: a part of `oracle`, by channel and citizen."""

from samizdat.core.layout import PLATFORMS


def strangers(access, last_voice, platforms):
    """Return, by platform, the share of those who had it in the last step who posted on it."""
    shares = {}
    for bit in platforms:
        users = sum(bits & bit != 0 for bits in access.values())
        posters = sum(said & bit != 0 for said in last_voice.values())
        shares[bit] = posters / users if users else 0.0
    return shares


def hazard(her, i):
    """Return the hazard, per day, that citizen i of an oracle learns of a running event."""
    p, platforms = her.p.attention, her.ears[i] & PLATFORMS
    undrowned = 1 - her.sig(i, "flooding")
    total = p.beta * undrowned * (her.s[i] + her.m[i])
    total += (1 - her.sig(i, "press_control")) * her.sig(i, "coverage")
    if platforms:
        posting = 0.0
        for bit in sorted(her.posting):
            posting += her.posting[bit] if platforms & bit else 0.0
        total += her.sig(i, "coverage_online") + undrowned * p.feed * posting
    return total + p.foreign_reach * her.sig(i, "coverage_abroad") * her.is_foreign(i)


def first_to_know(her, i):
    """Return the chance that citizen i of an oracle is aware from an event's first day on."""
    seeds, online = her.sig(i, "seeds"), her.sig(i, "seeds_online")
    if not her.ears[i] & PLATFORMS or online == 0:
        return seeds
    return 1 - (1 - seeds) * (1 - online)

"""English: the words of every key."""

# Postures: for everybody (of one citizen, then of many), and in the terms of the field.
_POSTURES = {
    "posture.silent": "says nothing",
    "posture.silent.plural": "say nothing",
    "posture.silent.term": "silent",
    "posture.self_censor": "keeps quiet out of fear",
    "posture.self_censor.plural": "keep quiet out of fear",
    "posture.self_censor.term": "self-censoring",
    "posture.share": "speaks out",
    "posture.share.plural": "speak out",
    "posture.share.term": "sharing",
    "posture.mobilise": "in the street",
    "posture.mobilise.plural": "in the street",
    "posture.mobilise.term": "mobilised",
    "posture.detained": "in detention",
    "posture.detained.plural": "in detention",
    "posture.detained.term": "detained",
}

# Columns of the tables `nation` and `regions`, and outcomes of a run, in the terms of the field.
_MEASURES = {
    "measure.silent": "silent",
    "measure.self_censor": "self-censoring",
    "measure.share": "sharing",
    "measure.mobilise": "mobilised",
    "measure.detained": "detained",
    "measure.aware": "aware",
    "measure.online": "online",
    "measure.online.plain": "on the internet",
    "measure.circumventing": "circumventing",
    "measure.circumventing.plain": "with a VPN",
    "measure.cut_off": "cut off from a platform in use",
    "measure.newly_detained": "newly detained",
    "measure.newly_mobilised": "newly mobilised",
    "measure.grievance": "grievance",
    "measure.trust": "trust",
    "measure.fear": "fear",
    "measure.opposition": "private opposition",
    "measure.posts": "posting",
    "measure.posts_heard": "exposures to posts",
    "measure.posts_suppressed": "exposures to posts prevented by blocking",
    "measure.dissent": "open dissent: posts and street",
    "measure.latent_self_censor": "latent self-censorship",
    "measure.platforms_blocked": "platforms blocked or banned",
    "measure.blackout": "regions with the network off",
    "measure.violence": "regions with violence in the street",
    "measure.rallies_called": "rallies called",
    "measure.rallies_held": "rallies held",
    "measure.rallies_prevented": "rallies prevented by detention",
    "measure.rally": "regions with a rally on",
    "measure.arrivals": "grievances that arrived",
    "measure.threat": "threat that the state feels",
    "measure.peak_mobilised": "peak turnout",
    "measure.peak_share": "peak turnout, share of all citizens",
    "measure.person_days": "person-days in the street",
    "measure.regions_reached": "regions with anybody in the street",
    "measure.protests": "protests (50 inhabitants and more in a region, days in a row)",
    "measure.days_above_fall": "days at the turnout at which regimes have fallen",
    "measure.self_censorship_gap": "self-censored share of all dissent",
    "measure.peak_self_censor": "most who censor themselves on a day",
    "measure.self_censor_days": "person-days of self-censorship",
    "measure.open_dissent_days": "person-days of open dissent",
    "measure.mean_latent_self_censor": "latent self-censorship (monthly mean)",
    "measure.peak_detained": "most in detention on a day",
    "measure.peak_detained_share": "most in detention on a day, share of all citizens",
    "measure.arrests": "arrests",
    "measure.online_at_end": "online at the end",
    "measure.circumventing_peak": "most with a VPN on a day",
    "measure.fell": "turnout at which regimes have fallen was reached",
    "measure.trust_online": "mean trust of those online",
    "measure.trust_offline": "mean trust of those offline",
}

# Groups of parameters; those of a lever have the title of its look.
_GROUPS = {
    "group.reach": "Who hears whom",
    "group.attention": "How word spreads",
    "group.grievance": "Grievance",
    "group.trust": "Trust in the state",
    "group.fear": "Fear",
    "group.decision": "Daring to speak",
    "group.fate": "Arrest and its length",
    "group.circumvention": "Ways round a block",
    "group.rally": "Rallies",
    "group.arrivals": "Grievances that arrive",
    "group.graph": "The social graph",
    "group.adoption": "Who is online, and when",
    "group.population": "The citizens",
    "group.standing": "Levers that act every day",
}

# What happens in the world, by the kind of its entry in the timeline: lane, prefix of a band.
_TIMELINE = {
    "timeline.event": "events",
    "timeline.arrival": "grievances",
    "timeline.account": "rival accounts",
    "timeline.signal": "signals from abroad",
    "timeline.signal.prefix": "abroad",
    "timeline.setting": "law and policy",
    "timeline.setting.prefix": "law",
    "timeline.law": "laws by threat",
}

# Axes of figures.
_AXES = {
    "axis.date": "Date",
    "axis.region": "Region",
    "axis.actions": "Event or lever",
    "axis.actions.brief": "Events and\nthe state",
    "axis.percent": "Citizens\n(%)",
    "axis.per_100000": "Citizens per 100,000\n(log; linear below one citizen)",
    "axis.beliefs": "Mean of all\ncitizens (0 to 1)",
    "axis.turnout": "Mobilised per 100,000 inhabitants (log; blank: nobody)",
}

# Rallies: in figures and on the page.
_RALLIES = {
    "axis.rallies": "Rallies",
    "axis.arrivals": "Grievances,\nrallies",
    "axis.threat": "Threat felt\n(0 to 1)",
    "arrival.arrived": "grievances",
    "arrival.first": "grievance arrived",
    "rally.called": "called",
    "rally.first": "rally called",
    "rally.held": "held",
    "rally.prevented": "prevented",
    "rally.scale": "full height: {most} regions on a day",
    "rally.map": "rally prevented: its organisers were in detention",
}

# The figure of regimes side by side.
_REGIMES = {
    "axis.regimes.street": "In the street\nper 100,000 (log)",
    "axis.regimes.said": "What is said\nper 100,000 (log)",
    "axis.regimes.beliefs": "Mean of all\ncitizens (0 to 1)",
    "axis.regimes.repression": "Held and cut off\nper 100,000 (log)",
    "regimes.others": "the other regimes",
    "regimes.fallen": "share at which\nregimes have\nfallen ({share})",
}

WORDS: dict[str, str] = {
    **_POSTURES,
    **_MEASURES,
    **_GROUPS,
    **_TIMELINE,
    **_AXES,
    **_RALLIES,
    **_REGIMES,
}

"""What the browser draws: one message for a day, with the line of the header and all pictures."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import reacton.ipyvuetify as v
import solara

from samizdat.page.clock import pace_in_words
from samizdat.page.status import Status
from samizdat.run.arrivals import may_arrive
from samizdat.run.simulation import Simulation
from samizdat.text.numbers import number
from samizdat.views.country_scene import country_day, country_ground
from samizdat.views.network_scene import network_day, network_ground
from samizdat.views.outlines import RegionMap, map_for
from samizdat.views.series_scene import series_bands, series_blocks, series_ground
from samizdat.views.who_scene import who_day, who_ground

Plain = dict[str, Any]  # what JSON can hold

POSTURE_WORDS = {"silent": "silent", "self_censor": "keep quiet out of fear", "share": "speak out",
        "mobilise": "in the street", "detained": "in detention"}  # fmt: skip
MANY = 20_000  # citizens: of more, the country (or who does what) is shown first
LIBRARY = "echarts@*/dist/echarts.min.js"  # below the folder of solara-assets


def first_view(citizens: int, regions: int) -> str:
    """Return the view that suits a world best."""
    if citizens <= MANY:
        return "network"
    return "country" if regions > 1 else "who"


class Scenes(NamedTuple):
    """A day for the browser, as two texts of JSON.

    Attributes
    ----------
    grounds
        What stays from day to day, by key: outlines of regions, places of citizens.
    day
        The line of the header, and what each picture shows.
    """

    grounds: str = ""
    day: str = ""


class SceneFeed:
    """Sends each day to the browser, without a drawing of the page, which would cost more."""

    def __init__(self) -> None:
        self.value = Scenes()
        self._hub: Any = None  # the widget that passes days on

    def attach(self, hub: Any) -> None:
        """Send to this widget from now on, and first what it has missed; to nobody with None."""
        self._hub = hub
        self._send()

    def set(self, scenes: Scenes) -> None:
        """Send a day."""
        if scenes != self.value:
            self.value = scenes
            self._send()

    def _send(self) -> None:
        if self._hub is not None:
            self._hub.grounds, self._hub.day = self.value


class CountryChoice(NamedTuple):
    """How the country is shown: what colours its regions, and "map" or "tiles"."""

    shows: str = "turnout"
    layout: str = "map"


class SceneMaker:
    """Makes the scenes of one run; what stays from day to day is made once.

    Parameters
    ----------
    scenario_file
        As `views.outlines.map_for` takes it.
    """

    def __init__(self, scenario_file: str) -> None:
        self._file = scenario_file
        self._map: RegionMap | None = None
        self._map_problem: str | None = None  # None: not yet looked for
        self._texts: dict[str, str] = {}  # of the grounds, by key

    def country(self, simulation: Simulation, choice: CountryChoice) -> Plain:
        """Return the country after the last step."""
        if self._map_problem is None:
            self._map_problem = ""
            try:
                self._map = map_for(simulation.scenario.region_names, self._file)
            except ValueError as problem:  # tiles are shown, with the reason
                self._map_problem = str(problem)
        drawn = self._map if choice.layout == "map" else None
        key = self.keep(
            f"country.{choice.shows}.{drawn is None}",
            lambda: country_ground(simulation, choice.shows, drawn),
        )
        found = country_day(simulation, choice.shows)
        note = " · ".join(each for each in (self._map_problem, found.pop("note")) if each)
        return {"kind": "country", "ground": key, "shows": choice.shows, "note": note, **found}

    def network(self, simulation: Simulation, chosen: int | None) -> Plain:
        """Return the social graph after the last step."""
        key = self.keep("network", lambda: network_ground(simulation))
        return {"kind": "network", "ground": key, **network_day(simulation, chosen)}

    def who(self, simulation: Simulation, chosen: int | None) -> Plain:
        """Return all citizens by their beliefs after the last step."""
        key = self.keep("who", lambda: who_ground(simulation))
        return {"kind": "who", "ground": key, **who_day(simulation, chosen)}

    def series(self, simulation: Simulation) -> Plain:
        """Return the days done, which all pictures of them share; see `with_series`."""
        blocks, tail = series_blocks(simulation)
        names = [f"days.{k}" for k in range(len(blocks))]
        for name, block in zip(names, blocks, strict=True):
            self._texts[name] = f'{{"rows":"{block}"}}'
        done = {"blocks": names, "tail": tail, "steps": simulation.step_number}
        return {**done, "bands": series_bands(simulation)}

    def with_series(self, simulation: Simulation, *, brief: bool) -> Plain:
        """Return a picture of the days done."""
        name = f"series.{brief}.{may_arrive(simulation.scenario)}"
        key = self.keep(name, lambda: series_ground(simulation, brief=brief))
        return {"kind": "series", "ground": key}

    def keep(self, name: str, make: Any) -> str:
        """Return the key of what stays from day to day; it is made where it is not known yet."""
        if name not in self._texts:
            self._texts[name] = json.dumps(make(), separators=(",", ":"))
        return name

    def message(
        self, status: Status, counts: dict[str, int], slots: dict[str, Plain], series: Plain
    ) -> Scenes:
        """Return the message of a day with these pictures, and the days done."""
        keys = sorted({slot["ground"] for slot in slots.values() if slot.get("ground")})
        keys += series["blocks"]
        named = {key: f"{key}.{_digest(self._texts[key])}" for key in keys}
        grounds = ",".join(f"{json.dumps(named[key])}:{self._texts[key]}" for key in keys)
        drawn = {
            name: {**slot, "ground": named[slot["ground"]]} if slot.get("ground") else slot
            for name, slot in slots.items()
        }
        day = {"run": status.run, "step": status.step, "head": head_of(status, counts)}
        done = {**series, "blocks": [named[key] for key in series["blocks"]]}
        text = json.dumps({**day, "slots": drawn, "series": done}, separators=(",", ":"))
        return Scenes("{" + grounds + "}", text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def head_of(status: Status, counts: dict[str, int]) -> dict[str, str]:
    """Return the line of the header: the day, and the number of citizens in each posture."""
    done, steps = number(status.step, "count"), number(status.steps, "count")
    progress = "the last day" if status.finished else f"day {done} of {steps}"
    doing = " · ".join(f"{counts.get(name, 0):,} {words}" for name, words in POSTURE_WORDS.items())
    day = f"{status.date} · {progress} · {pace_in_words(status)}"
    return {"date": day, "counts": doing}


def library_path(assets: Path) -> str:
    """Return the path of ECharts below the installed assets, empty if it is not among them."""
    found = sorted(assets.glob(LIBRARY))
    return f"/_solara/cdn/{found[-1].relative_to(assets).as_posix()}" if found else ""


def installed_library() -> str:
    """Return the path at which the page's own server gives ECharts."""
    from solara.server import settings

    return library_path(Path(settings.assets.proxy_cache_dir))


@solara.component_vue("scene_hub.vue")
def SceneHub(library: str, grounds: str = "", day: str = "") -> None:
    """Pass a day on to all pictures and to the header, together."""


@solara.component_vue("day_line.vue")
def DayLine() -> None:
    """Show the day, and the number of citizens in each posture, as the pictures show them."""


@solara.component_vue("drawer_country.vue")
def CountryDrawer() -> None:
    """Let the browser know how to draw the country."""


@solara.component_vue("drawer_network.vue")
def NetworkDrawer() -> None:
    """Let the browser know how to draw the social graph."""


@solara.component_vue("drawer_series.vue")
def SeriesDrawer() -> None:
    """Let the browser know how to draw the time series."""


@solara.component_vue("drawer_who.vue")
def WhoDrawer() -> None:
    """Let the browser know how to draw citizens by their beliefs."""


@solara.component_vue("scene_widget.vue")
def SceneWidget(
    slot_name: str,
    alt: str,
    view: str = "",
    waiting: str = "",
    clickable: bool = False,
    event_click: Any = None,
    event_size: Any = None,
) -> None:
    """Show a picture of the last day that came.

    Parameters
    ----------
    slot_name
        Which picture of the message.
    view
        The view that is wanted; nothing is shown while the picture of another is there.
    waiting
        A text in place of the picture.
    event_click
        Called with what was clicked on.
    event_size
        Called with the size of the frame [pixels].
    """


@solara.component
def SceneParts(feed: SceneFeed) -> None:
    """Hold what passes the days on and draws them; nothing of it is seen."""
    library = solara.use_memo(installed_library, [])
    with v.Html(tag="div", class_="samizdat-none"):
        CountryDrawer()
        NetworkDrawer()
        SeriesDrawer()
        WhoDrawer()
        hub = SceneHub(library=library)  # the rest is sent by the feed: a drawing would reset it

    def attach() -> Any:
        feed.attach(solara.get_widget(hub))
        return lambda: feed.attach(None)

    solara.use_effect(attach, [feed])

"""The tour: six stops at which the page shows itself, in a simulation that really runs.

Every number that it tells is read from the engine when it is told. A thread of its own takes the
steps, so that a visitor can go on, go back or leave at any moment.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import NamedTuple, TypeVar

import numpy as np
import solara

from samizdat.core.layout import POSTURES
from samizdat.mesa_model import ProtestModel
from samizdat.page import tour_words as words
from samizdat.page.pictures import describe_difference, person_days_of
from samizdat.page.readings import counts_of
from samizdat.page.session import Session
from samizdat.page.tour_words import AskedCitizen, Card, Street
from samizdat.regime.queries import look_of
from samizdat.run.simulation import Simulation
from samizdat.scenario.timeline import Event

T = TypeVar("T")

LEVER = "blackout"
ORDER = {"kind": "action", "lever": LEVER, "title": look_of(LEVER).label}
LONGEST_WAIT = 30  # days, until somebody is in the street
DAYS_AFTER = 20  # the order
SLOW, FAST = 0.3, 0.15  # seconds a day
PATIENCE = 120.0  # seconds, for an answer of the engine
LONGEST_PICTURE = 10.0  # seconds; what is told is right without it too
ASKED_FIRST = ("mobilise", "share", "self_censor", "silent", "detained")


class _LeftError(Exception):
    """The visitor has left the tour, or goes elsewhere."""


class Tour:
    """Six stops, each with a card that points at a part of the page.

    Going back begins the same simulation again and repeats what the tour did: the numbers are the
    same.

    Attributes
    ----------
    card
        What is told now; None outside the tour.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.card: solara.Reactive[Card | None] = solara.reactive(None)
        self._wanted: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._wants = 0  # the stop asked for last; 0: none
        self._hurried = threading.Event()
        self._thread: threading.Thread | None = None
        self._own_run = False
        self._stops: tuple[Callable[[], Card], ...] = (
            self._town, self._news, self._why, self._order, self._days, self._worlds,
        )  # fmt: skip

    @property
    def length(self) -> int:
        """Number of stops."""
        return len(self._stops)

    def start(self) -> None:
        """Begin, in the simulation that was just started."""
        self.leave()
        self._wanted = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._work, args=(self._wanted,), name="samizdat-tour", daemon=True
        )
        self._go(1)
        self._thread.start()

    def move(self, stops: int) -> None:
        """Go some stops on, or back, from that which was asked for last; on once it is told."""
        card, stop = self.card.value, self._wants + stops
        if stops > 0 and (card is None or card.busy):
            return
        if self._wants and 1 <= stop <= self.length:
            self._go(stop)

    def leave(self) -> None:
        """End the tour; the simulation stays as it is."""
        self._wants = 0
        self._hurried.set()
        self._wanted.put(0)
        self.card.set(None)

    def see_run(self) -> None:
        """End the tour if somebody else has started another simulation."""
        if not self._own_run and self.card.value is not None:
            self.leave()

    def _go(self, stop: int) -> None:
        self._wants = stop
        self._hurried.set()
        self._show(Card(stop, busy=True))
        self._wanted.put(stop)

    # All below runs in the thread.

    def _work(self, wanted: "queue.SimpleQueue[int]") -> None:
        done = 0  # stops of the simulation that runs now
        while stop := wanted.get():
            if stop != self._wants:
                continue  # another was asked for since
            try:
                if stop <= done:
                    self._begin_again()
                    done = 0
                for k in range(done + 1, stop + 1):
                    # Those on the way to a stop are passed without a pause.
                    (self._hurried.clear if k == stop else self._hurried.set)()
                    if wanted is not self._wanted or not self._wants:
                        return
                    card = self._stops[k - 1]()
                    done = k
                if self._wants == stop and wanted is self._wanted:
                    self._show(card._replace(stop=stop))
            except _LeftError:
                continue
            except (ValueError, TimeoutError, CancelledError) as problem:
                with self.session.in_page():
                    self.session.show_error(f"The tour cannot go on: {problem}")
                    self.leave()
                return

    def _show(self, card: Card) -> None:
        with self.session.in_page():
            self.card.set(card)

    def _begin_again(self) -> None:
        session = self.session
        with session.in_page():
            self._own_run = True
            session.start_run(session.choice.value, playing=False)
            self._own_run = False

    def _check(self) -> None:
        if not self._wants or threading.current_thread() is not self._thread:
            raise _LeftError

    def _ask(self, question: Callable[[ProtestModel], T]) -> T:
        self._check()
        return self.session.engine.ask(question, settled=True).result(PATIENCE)

    def _step(self, seconds: float) -> None:
        """Take a step, and give the visitor time to see it."""
        self._check()
        self.session.engine.step()
        self._hurried.wait(seconds)

    def _do(self, action: Callable[[], None]) -> None:
        self._check()
        with self.session.in_page():
            action()

    def _town(self) -> Card:
        event = self._ask(_first_event)
        self._do(lambda: self.session.select_view("network"))
        for _ in range(event.step):
            self._step(0.0)
        return Card(1, tuple(words.a_town(self._ask(_street), event.title)))

    def _news(self) -> Card:
        event = self._ask(_first_event)
        for _ in range(LONGEST_WAIT):
            if self._ask(_is_over) or self._ask(_street).mobilise:
                break
            self._step(SLOW)
        return Card(2, tuple(words.who_acts(self._ask(_street), event.title)))

    def _why(self) -> Card:
        asked = self._ask(_who_has_most_to_tell)
        self._do(lambda: self.session.watch(asked.citizen))
        return Card(3, tuple(words.why_she_acts(asked)))

    def _order(self) -> Card:
        session = self.session

        def give() -> None:
            session.panel.set("regime")
            session.region.set("")
            session.enact(ORDER)

        if not self._ask(_is_over):
            self._do(give)
        return Card(4, tuple(words.an_order(self._ask(_street), str(ORDER["title"]))))

    def _days(self) -> Card:
        before = self._ask(_street)
        for _ in range(DAYS_AFTER):
            if self._ask(_is_over):
                break
            self._step(FAST)
        now = self._ask(lambda model: _street(model, since=before.step))
        return Card(5, tuple(words.what_came(before, now)))

    def _worlds(self) -> Card:
        session, engine = self.session, self.session.engine
        self._do(lambda: session.compare(LEVER))
        while (told := self._ask(lambda model: _compared(model, engine.twin))) is None:
            time.sleep(0.05)
        self._wait_until_shown(told.sentence)
        return Card(6, tuple(words.two_worlds(told.with_it, told.without)), told.sentence)

    def _wait_until_shown(self, sentence: str) -> None:
        """Wait until the page has the sentence too; the picture of two runs takes a while."""
        end = time.monotonic() + LONGEST_PICTURE
        while time.monotonic() < end:
            self._check()
            with self.session.in_page():
                if self.session.comparison.peek() == sentence:
                    return
            time.sleep(0.1)


class _Coming(NamedTuple):
    """The first event of the scenario, and the number of steps before it."""

    step: int
    title: str  # empty: there is none


class _Compared(NamedTuple):
    """Person-days in the street of two runs, and the sentence about them."""

    with_it: int
    without: int
    sentence: str


# The following are asked in the engine's thread.


def _is_over(model: ProtestModel) -> bool:
    return model.simulation.finished


def _first_event(model: ProtestModel) -> _Coming:
    spec = model.simulation.scenario.spec
    events = [entry for entry in spec.timeline if isinstance(entry, Event)]
    if not events:
        return _Coming(0, "")
    first = min(events, key=lambda event: event.begins)
    days = max(0, (first.begins - spec.start).days)
    return _Coming(int(days / float(spec.step_days)), first.label)


def _street(model: ProtestModel, since: int = 0) -> Street:
    run = model.simulation
    counts = counts_of(run)
    street = Street(
        date=run.date,
        step=run.step_number,
        citizens=run.scenario.citizens,
        silent=counts.get("silent", 0),
        self_censor=counts.get("self_censor", 0),
        share=counts.get("share", 0),
        mobilise=counts.get("mobilise", 0),
    )
    days = run.daily("mobilise")[since:]
    if not days.any():
        return street
    most = int(days.argmax())
    return street._replace(peak=int(days[most]), peak_date=run.scenario.date_of(since + most))


def _who_has_most_to_tell(model: ProtestModel) -> AskedCitizen:
    """Return a citizen in the street who heard most; else one who speaks, or keeps quiet."""
    run: Simulation = model.simulation
    posture, heard = run.state["posture"], run.heard
    voices = heard["street"] + heard["others"]
    for name in ASKED_FIRST:
        who = np.flatnonzero(posture == POSTURES.index(name))
        if len(who):
            citizen = int(who[voices[who].argmax()])
            return AskedCitizen(citizen, name, int(voices[citizen]))
    raise AssertionError("a citizen has one of the postures")


def _compared(model: ProtestModel, twin: Simulation | None) -> _Compared | None:
    """Return how the twin differs; None while it is behind."""
    run = model.simulation
    if twin is None or twin.step_number != run.step_number:
        return None
    sentence = describe_difference(run, twin, LEVER)
    return _Compared(person_days_of(run), person_days_of(twin), sentence)

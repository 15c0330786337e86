"""Components drawn for a visitor whose simulation has not started, and what was ordered there."""

import datetime as dt
import warnings

import solara

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Mesa's own components break a rule of Solara's
    import ipyvuetify as v

    from samizdat.page.choice import Choice
    from samizdat.page.engine import Status
    from samizdat.page.painter import PageState
    from samizdat.page.readings import RegimeReading
    from samizdat.page.scenes import Scenes
    from samizdat.page.session import Session
    from samizdat.scenario.schema import ScenarioError


class Failure:
    """An answer that is an error."""

    def __init__(self, reason):
        self.reason = reason

    def add_done_callback(self, heard):
        """Call back immediately."""
        heard(self)

    def exception(self):
        """Return why."""
        return ScenarioError(self.reason)


class Pending:
    """An answer that is never given."""

    def add_done_callback(self, heard):
        """Never call back."""


def drawn(part, choice=None):
    """Draw a component for a visitor whose simulation has not started.

    Return her session, the context in which nothing is drawn again, and the list of her orders.
    """
    answer = Pending()

    def heard(order):
        orders.append(order)
        return answer

    orders = []
    visitors = []

    @solara.component
    def visited():
        visitors[:] = [solara.use_memo(visitor, [])]
        part(visitors[0])

    def visitor():
        return Session(choice or Choice(), playing=False, mesa_components={})

    _box, held = solara.render(visited(), handle_error=False)
    engine = visitors[0].engine
    engine.build = lambda choice, playing=None: orders.append(choice)
    engine.toggle = engine.enact = engine.watch = engine.compare = engine.lift = heard
    engine.end = lambda *what: heard(what)
    return visitors[0], held, orders


def fields(held, label):
    return next(w for w in held.find(v.VuetifyTemplate).widgets if w.label == label)


def typed(held, label, text):
    fields(held, label).vue_typed(text)


def click(held, text):
    found = next(w for w in held.find(v.Btn).widgets if text in w.children)
    found.click()


def select(held, label, text):
    found = next(w for w in held.find(v.Select).widgets if w.label == label)
    found.v_model = next(item["value"] for item in found.items if item["text"] == text)


def texts(held):
    """All texts that are drawn."""
    found, left = [], [held.find().widgets[0]]
    while left:
        some = getattr(left.pop(0), "children", ())
        found += [each for each in some if isinstance(each, str)]
        left += [each for each in some if not isinstance(each, str)]
    return found


def seen(run=1, step=5, lines=(), **facts):
    """What the painter would publish of a day."""
    status = Status("ready", step=step, steps=60, date="2014-03-05", run=run)
    facts = {"scenes": Scenes("{}", "old"), "comparison": "old", "account": ("old",), **facts}
    return PageState(
        status,
        counts={"silent": 7},
        parameters={"sanction": 0.5},
        regime=RegimeReading(dt.date(2014, 3, 6), lines, events={"e": "E"}),
        **facts,
    )

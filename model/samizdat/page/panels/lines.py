"""Lines of what is in force, each with the button that ends it, and buttons that order it."""

from collections.abc import Callable, Iterable, Sequence

import solara

from samizdat.page.in_force import VIEWER, InForce
from samizdat.page.in_force_words import Words
from samizdat.page.interventions import TimelineEntry, is_same_order
from samizdat.page.session import Session
from samizdat.page.widgets import Button


@solara.component
def Lines(session: Session, lines: Sequence[InForce]) -> None:
    """Show what is in force, by whom and until when, each with a button that ends it."""
    date, region = session.regime.value.date, session.region.value
    if date is None or not lines:
        return
    with solara.Div(classes=["samizdat-lines"], attributes={"role": "list"}):
        for line in lines:
            told = Words(line, region, date, regions=_regions(session))
            with solara.Div(
                classes=["samizdat-line"], attributes={"role": "listitem"},
                key=f"{line.lifts}{line.setting}{line.place}{line.first}{line.lever}",
            ):  # fmt: skip
                with solara.Div(classes=["samizdat-line-text"]):
                    solara.Text(told.what, classes=["samizdat-line-what"])
                    solara.Text(f": {told.told}", classes=["samizdat-line-told"])
                Button(
                    told.button, lambda line=line: end(session, [line]), kind="samizdat-end",
                    hint=f"{told.button}: {told.what}, {told.told}", acts=True,
                )  # fmt: skip


def lines_here(
    session: Session, chosen: Callable[[InForce], bool], region: str | None = None
) -> list[InForce]:
    """Return the lines that concern the place that is chosen, or a region."""
    where = session.region.value if region is None else region
    return [line for line in session.regime.value.lines if chosen(line) and line.is_in(where)]


def end(session: Session, lines: Iterable[InForce]) -> None:
    """End what is in force: what a switch ends, in the place that is chosen only."""
    lines = list(lines)
    date, region = session.regime.value.date, session.region.value
    settings = [line.setting_in(region) for line in lines]
    told = [Words(line, region, date, regions=_regions(session)) for line in lines if date]
    session.end(
        [which for line in lines for which in line.lifts],
        [entry for entry in settings if entry is not None],
        "; ".join(f"{each.button}: {each.what}" for each in told),
    )


def _regions(session: Session) -> int:
    return len(session.scenario.region_names)


@solara.component
def OrderButton(
    session: Session,
    order: TimelineEntry,
    text: str,
    hints: tuple[str, str],
    platforms: int = 0,
) -> None:
    """Show a button that is pressed where something is in force, whoever ordered it.

    A click orders it in the place that is chosen, or ends all that orders it there.

    Parameters
    ----------
    hints
        What a click does, if it is not in force and if it is.
    platforms
        The platforms that it takes away, as bits.
    """
    everywhere, some = _covered(session, order, platforms)

    def clicked() -> None:
        entry = session.in_region(order)
        own = {each.id for each in session.interventions.value if is_same_order(each.entry, entry)}
        lines = _orders(session, order, platforms)
        others = [line for line in lines if not own.issuperset(line.lifts or ("",))]
        if others and _covered(session, order, platforms)[0]:
            end(session, lines)
        else:
            session.toggle(entry)

    Button(
        text, clicked, down=everywhere, partly=some and not everywhere, kind="samizdat-harsh",
        hint=hints[1] if everywhere else hints[0],
    )  # fmt: skip


def _orders(session: Session, order: TimelineEntry, platforms: int) -> list[InForce]:
    """Return the lines that order this in the place that is chosen."""

    def is_it(line: InForce) -> bool:
        holds = line.begun or line.source == VIEWER
        same = line.lever == order["lever"] and not line.names and holds
        return same and (not platforms or bool(line.platforms & platforms))

    return lines_here(session, is_it)


def _covered(session: Session, order: TimelineEntry, platforms: int) -> tuple[bool, bool]:
    """Return whether it is in force in all of the place that is chosen, and in some of it."""
    found = {name for line in _orders(session, order, platforms) for name in line.place.regions}
    region = session.region.value
    wanted = {region} if region else set(session.scenario.region_names)
    return wanted <= found, bool(wanted & found)

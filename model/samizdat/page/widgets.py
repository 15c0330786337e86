"""The small parts that the page is made of."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import reacton.ipyvuetify as v
import solara

from samizdat.page.sliders import STEPS, scale_of, shown, words_of
from samizdat.scenario.registry import REGISTRY


@solara.component_vue("picture.vue")
def Picture(
    src: str,
    alt: str,
    waiting: str = "",
    clickable: bool = False,
    event_click: Any = None,
    event_size: Any = None,
) -> None:
    """Show a picture that fills its frame.

    Parameters
    ----------
    event_click
        Called with where a click was, in parts of the picture's width and height.
    event_size
        Called with how many pixels there is room for.
    """


def data_of(png: bytes) -> str:
    """Return a PNG as an address."""
    return "data:image/png;base64," + base64.b64encode(png).decode() if png else ""


@solara.component
def Choices(
    options: Sequence[tuple[Any, str]],
    value: Any,
    on_value: Callable[[Any], None],
    label: str,
) -> None:
    """Show buttons of which one is down."""
    with solara.Div(
        classes=["samizdat-choices"], attributes={"role": "group", "aria-label": label}
    ):
        for option, text in options:
            down = option == value
            Button(text, lambda option=option: on_value(option), down=down)


@solara.component
def Button(
    text: str,
    on_click: Callable[[], None],
    down: bool = False,
    disabled: bool = False,
    kind: str = "",
    hint: str = "",
) -> None:
    """Show a button."""
    solara.Button(
        text,
        on_click=on_click,
        disabled=disabled,
        text=True,
        classes=["samizdat-press", "samizdat-down" if down else "samizdat-up", kind],
        attributes={"aria-pressed": "true" if down else "false", "title": hint or text},
    )


@solara.component_vue("entry.vue")
def Entry(
    *, label: str, value: str, event_typed: Any = None, kind: str = "", refusals: int = 0
) -> None:
    """Show a field for a word or a number; it counts when it is left, or with Enter.

    What a visitor types stays until then, whatever the value becomes meanwhile.

    Parameters
    ----------
    event_typed
        Called with what was typed.
    refusals
        How often anything was refused; when it rises, the field shows its value again.
    """


@solara.component
def Select(
    label: str,
    options: Sequence[tuple[Any, str]],
    value: Any,
    on_value: Callable[[Any], None],
    name: str = "",
) -> None:
    """Show a list to pick one from; its name is for those who do not see its label."""
    v.Select(
        label=label or None,
        items=[{"value": k, "text": text} for k, (_, text) in enumerate(options)],
        v_model=next((k for k, (option, _) in enumerate(options) if option == value), None),
        on_v_model=lambda k: on_value(options[k][0]),
        dense=True, hide_details=True, outlined=True, class_="samizdat-pick",
        menu_props={"maxHeight": 380}, attributes={"aria-label": name or label},
    )  # fmt: skip


@solara.component
def Number(
    name: str,
    value: float,
    on_value: Callable[[str, float | str], None],
    label: str = "",
    refusals: int = 0,
) -> None:
    """Show a number as a slider and a field, from its declaration."""
    quantity = REGISTRY[name].quantity
    unit = "" if quantity.unit == "1" else f" [{quantity.unit}]"
    with solara.Div(
        classes=["samizdat-number"],
        attributes={"title": f"{name}: {quantity.meaning}; {quantity.allowed()}{unit}"},
    ):
        if not label:
            solara.Div(children=[name], classes=["samizdat-dotted"])
        solara.Div(children=[f"{label or quantity.meaning}{unit}"], classes=["samizdat-label"])
        if words := words_of(name):
            options = [(float(k), word) for k, word in enumerate(words)]
            Choices(options, value, lambda chosen: on_value(name, chosen), name)
        else:
            Slider(name, value, on_value, refusals)


@solara.component
def Slider(
    name: str, value: float, on_value: Callable[[str, float | str], None], refusals: int = 0
) -> None:
    """Show a slider, which counts when it is let go, and a field beside it."""
    scale = scale_of(name)
    place, set_place = solara.use_state(scale.place(value))
    solara.use_effect(lambda: set_place(scale.place(value)), [value, refusals])
    with solara.Div(classes=["samizdat-slide"]):
        slider = v.Slider(
            v_model=place, on_v_model=set_place, min=0, max=STEPS, dense=True,
            hide_details=True, color="#33506b", track_color="#c3ccd4",
            attributes={"aria-label": name},
        )  # fmt: skip
        v.use_event(
            slider, "change", lambda _widget, _event, moved: on_value(name, scale.value(moved))
        )
        Entry(
            label="",
            value=shown(value),
            event_typed=lambda text: on_value(name, text),
            kind="samizdat-exact",
            refusals=refusals,
        )


@solara.component
def Expander(title: str, content: Callable[[], None]) -> None:
    """Show a title that opens what is under it; nothing of it is made before."""
    is_open, set_open = solara.use_state(False)
    solara.Button(
        ("▾ " if is_open else "▸ ") + title,
        on_click=lambda: set_open(not is_open),
        text=True,
        classes=["samizdat-fold"],
        attributes={"aria-expanded": "true" if is_open else "false"},
    )
    if is_open:
        content()

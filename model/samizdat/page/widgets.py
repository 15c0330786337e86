"""The widgets of the page: buttons, fields, lists, sliders."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

import reacton.ipyvuetify as v
import solara

from samizdat.page.sliders import STEPS, format_field, scale_of, words_of
from samizdat.scenario.registry import REGISTRY

T = TypeVar("T")


def data_url(png: bytes) -> str:
    """Return a PNG file as a data URL."""
    return "data:image/png;base64," + base64.b64encode(png).decode() if png else ""


@solara.component
def Choices(
    options: Sequence[tuple[T, str]],
    value: T,
    on_value: Callable[[T], None],
    label: str,
) -> None:
    """Show a group of buttons, of which one is pressed."""
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
    partly: bool = False,
    acts: bool = False,
) -> None:
    """Show a button.

    Parameters
    ----------
    partly
        Whether what it stands for is so in some places only.
    acts
        Whether it does something once, rather than stay pressed; its hint is then its label.
    """
    pressed = "mixed" if partly else "true" if down else "false"
    state = {"aria-label": hint or text} if acts else {"aria-pressed": pressed}
    shown = "samizdat-partly" if partly else "samizdat-down" if down else "samizdat-up"
    solara.Button(
        text,
        on_click=on_click,
        disabled=disabled,
        text=True,
        classes=["samizdat-button", shown, kind],
        attributes={**state, "title": hint or text},
    )


@solara.component_vue("text_field.vue")
def TextField(
    *,
    label: str,
    value: str,
    event_typed: Callable[[str], None] | None = None,
    kind: str = "",
    error_count: int = 0,
) -> None:
    """Show a text field; what is typed is sent with Enter or when the field loses focus.

    Until then the typed text stays, even if the value changes.

    Parameters
    ----------
    event_typed
        Called with the typed text.
    error_count
        Number of errors so far; when it rises, the field shows its value again.
    """


@solara.component
def Select(
    label: str,
    options: Sequence[tuple[T, str]],
    value: T,
    on_value: Callable[[T], None],
    name: str = "",
) -> None:
    """Show a list of options; ``name`` labels it for screen readers if ``label`` is empty."""
    v.Select(
        label=label or None,
        items=[{"value": k, "text": text} for k, (_, text) in enumerate(options)],
        v_model=next((k for k, (option, _) in enumerate(options) if option == value), None),
        on_v_model=lambda k: on_value(options[k][0]),
        dense=True, hide_details=True, outlined=True, class_="samizdat-select",
        menu_props={"maxHeight": 380}, attributes={"aria-label": name or label},
    )  # fmt: skip


@solara.component
def Number(
    name: str,
    value: float,
    on_value: Callable[[str, float | str], None],
    label: str = "",
    error_count: int = 0,
) -> None:
    """Show a parameter as a slider with a field, or as buttons if its values have names."""
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
            Slider(name, value, on_value, error_count)


@solara.component
def Slider(
    name: str, value: float, on_value: Callable[[str, float | str], None], error_count: int = 0
) -> None:
    """Show a slider, whose value is sent when it is released, and a text field beside it."""
    scale = scale_of(name)
    place, set_place = solara.use_state(scale.place(value))
    solara.use_effect(lambda: set_place(scale.place(value)), [value, error_count])
    with solara.Div(classes=["samizdat-slider"]):
        slider = v.Slider(
            v_model=place, on_v_model=set_place, min=0, max=STEPS, dense=True,
            hide_details=True, color="#33506b", track_color="#c3ccd4",
            attributes={"aria-label": name},
        )  # fmt: skip
        v.use_event(
            slider, "change", lambda _widget, _event, moved: on_value(name, scale.value(moved))
        )
        TextField(
            label="",
            value=format_field(value),
            event_typed=lambda text: on_value(name, text),
            kind="samizdat-exact",
            error_count=error_count,
        )


@solara.component
def Expander(title: str, content: Callable[[], None]) -> None:
    """Show a title that opens and closes its content; the content is made when it is opened."""
    is_open, set_open = solara.use_state(False)
    solara.Button(
        ("▾ " if is_open else "▸ ") + title,
        on_click=lambda: set_open(not is_open),
        text=True,
        classes=["samizdat-expander"],
        attributes={"aria-expanded": "true" if is_open else "false"},
    )
    if is_open:
        content()
